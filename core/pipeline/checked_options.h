#pragma once

/// The options of one component, checked outside of a pipeline.

#include <fthost/options.h>

#include <string_view>

#include "core/plugins/description.h"

namespace fthost {

/// The options of `component` when `text`, TOML without a table's header, stands below one: checked as those of a
/// pipeline are, defaults filled in; relative paths start from the working folder. Throws InputError with all that is
/// wrong, at lines of "options".
Options checked_options(const ComponentDescription& component, std::string_view text);

}  // namespace fthost
