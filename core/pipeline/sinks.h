#pragma once

/// Which sinks a run has, and with which options.

#include <string>
#include <vector>

#include "core/pipeline/check_table.h"

namespace fthost {

/// A plugin's table with everything checked.
struct CheckedPlugin {
  std::string table;  ///< "freezing", "sinks.drift"
  PluginChoice choice;
  OptionValues values;  ///< The core's own and the plugin's.
  GivenTable given;     ///< What the user wrote, --set included.
};

/// The default sinks at their usual places (those that the file configures with its options) unless `with_defaults` is
/// false, then the file's others in its order. --set may change the options of any of them.
std::vector<CheckedPlugin> check_sinks(const Request& request, bool with_defaults, PluginRegistry& registry,
                                       Problems& problems);

}  // namespace fthost
