#pragma once

/// The table [study] of a pipeline file: from TOML to lists of changes, not yet checked against declared options.

#include <string>
#include <utility>
#include <vector>

#include "core/pipeline/request.h"

namespace fthost {

/// One option with the value that a point gives it.
struct StudyChange {
  std::string key;  ///< "freezing.layers"
  TomlSpan key_span;
  TomlValue value;
};

/// What all points of a study are made of.
struct PlannedPoint {
  std::string name;  ///< As the user named it; may be empty.
  TomlSpan span;     ///< Where it stands, for messages.
  std::vector<StudyChange> changes;

  const StudyChange* find(std::string_view key) const;
};

struct StudyTable {
  int jobs = 1;
  std::vector<PlannedPoint> points;  ///< Every combination, overrides laid over it; each with a name.
};

/// The study that `entry`, the table [study] of `source`, asks for. What is wrong with it goes to `problems`, and the
/// answer is then not to be used.
StudyTable read_study_table(const TomlEntry& entry, const Source& source, Problems& problems);

}  // namespace fthost
