#pragma once

/// What is laid over the tables of a file: --set KEY=VALUE, and the changes of a study's point.

#include <vector>

#include "core/pipeline/request.h"
#include "core/pipeline/study_table.h"

namespace fthost {

/// Lays the overrides over the tables of the file. What is wrong with keys and TOML values goes to `problems`; whether
/// an option is declared and its value fits is asked later, as of the file's.
void lay_over(Request& request, const std::vector<Override>& overrides, Problems& problems);

/// The same for what a study changes at one of its points; their keys are right already.
void lay_point(Request& request, const std::vector<StudyChange>& changes);

}  // namespace fthost
