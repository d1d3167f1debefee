#pragma once

/// One table against what is declared for it: unknown options, missing ones, and every value.

#include <map>
#include <string>
#include <vector>

#include "core/pipeline/plugin_choice.h"
#include "core/pipeline/problems.h"
#include "core/pipeline/request.h"

namespace fthost {

using OptionValues = std::map<std::string, OptionValue, std::less<>>;

/// What may stand in a table.
struct TableRules {
  std::string table;                                     ///< "optimizer"
  const std::vector<OptionDescription>* core = nullptr;  ///< The core's own; null: none.
  std::string plugin_key;                                ///< Empty: the table names no plugin.
  const ComponentDescription* plugin = nullptr;          ///< Null: none, or it is unknown and so are its options.
  /// The plugin that the file names where a --set names another: what the file says for it is left aside.
  const ComponentDescription* replaced = nullptr;
  bool replaced_unknown = false;
  std::vector<std::string> elsewhere;  ///< Options that the core has too and that are checked elsewhere.
};

/// The values of all declared options, defaults filled in (default paths start from `folder`). Without those that are
/// optional and not given, and those that have an error in `problems`.
OptionValues check_table(const GivenTable& given, const TableRules& rules, const std::filesystem::path& folder,
                         Problems& problems);

}  // namespace fthost
