#pragma once

/// --set KEY=VALUE: from its text to options of the tables.

#include <vector>

#include "core/pipeline/request.h"

namespace fthost {

/// Lays the overrides over the tables of the file. What is wrong with keys and TOML values goes to `problems`; whether
/// an option is declared and its value fits is asked later, as of the file's.
void lay_over(Request& request, const std::vector<Override>& overrides, Problems& problems);

}  // namespace fthost
