#pragma once

/// The table [study] of a pipeline file: from TOML to lists of changes, not yet checked against declared options.

#include <vector>

#include "core/pipeline/planned_runs.h"

namespace fthost {

struct StudyTable {
  int jobs = 1;
  std::vector<PlannedRun> points;  ///< Every combination, overrides laid over it; each with a name.
};

/// What a study's points are called, and what they may not change.
const RunList& study_points();

/// The study that `entry`, the table [study] of `source`, asks for. What is wrong with it goes to `problems`, and the
/// answer is then not to be used.
StudyTable read_study_table(const TomlEntry& entry, const Source& source, Problems& problems);

}  // namespace fthost
