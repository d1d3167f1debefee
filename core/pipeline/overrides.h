#pragma once

/// What is laid over the tables of a file: --set KEY=VALUE, and what one of several runs changes.

#include <vector>

#include "core/pipeline/planned_runs.h"
#include "core/pipeline/request.h"

namespace fthost {

/// Lays the overrides over the tables of the file. What is wrong with keys and TOML values goes to `problems`; whether
/// an option is declared and its value fits is asked later, as of the file's.
void lay_over(Request& request, const std::vector<Override>& overrides, Problems& problems);

/// The same for what a study's point or a sequence's task changes; the keys are right already.
void lay_changes(Request& request, const std::vector<OptionChange>& changes);

}  // namespace fthost
