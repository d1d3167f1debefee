#pragma once

/// What a run may be called.

#include <string_view>

namespace fthost {

/// For messages: "NAME must be …".
inline constexpr std::string_view kRunNameRule =
    "1 to 100 letters, digits, '.', '_' and '-', not dots alone, and without '-' in front";

/// One component of a path that no shell, no command line and no file system takes for something else.
bool is_run_name(std::string_view name);

}  // namespace fthost
