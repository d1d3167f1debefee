#pragma once

/// The tables of a pipeline file and the options in them that are the core's own: the one list from which files are
/// checked, resolved and documented. A plugin's options come to those of its table.

#include <fthost/component.h>
#include <fthost/describe.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugins/description.h"

namespace fthost {

struct CoreTable {
  std::string name;
  std::string summary;
  std::optional<Kind> kind;  ///< The kind of the plugin that the table names; none: the table is the core's alone.
  std::string plugin_key;    ///< The key that names the plugin: "plugin", in [data] "reader".
  std::vector<OptionDescription> options;  ///< The core's own, without the plugin key.
};

/// In the order in which a resolved pipeline holds them. [[sinks]] come last there and are not among these: they hold
/// `plugin` and the plugin's options only.
const std::vector<CoreTable>& core_tables();

/// Null when there is none.
const CoreTable* find_core_table(std::string_view name);

inline constexpr std::string_view kSinksTable = "sinks";

/// The sinks of every run unless [run] default_sinks is false: a default of the pipeline format.
const std::vector<std::string>& default_sinks();

/// A declaration made in C++, as a description.
OptionDescription describe_option(const OptionSpec& spec);

}  // namespace fthost
