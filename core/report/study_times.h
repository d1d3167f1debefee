#pragma once

/// What studies took as a whole, beside each other.

#include <string>
#include <vector>

#include "core/report/run_files.h"

namespace fthost::report {

/// All runs in one folder.
struct StudyTime {
  std::string folder;             ///< Its path, without a slash at the end.
  std::vector<std::string> runs;  ///< What learns in each, sorted: "classifier only", "last 1".
  double run_seconds = 0;         ///< Of all its runs, from start to end: evaluation and saving are part of it.
  double fill_seconds = 0;        ///< Of filling the cache that they share, before the first.

  double seconds() const { return run_seconds + fill_seconds; }
};

/// By folder, in the order of the runs; without folders that hold a run that has not finished.
std::vector<StudyTime> study_times(const std::vector<RunFiles>& runs);

/// "The 7 runs in cached took 310 s (25 s of them to fill the cache): 0.129 of the 2400 s that the same settings took
/// in reference." for each folder whose runs learn the same as those of another folder that took longest.
std::vector<std::string> time_sentences(const std::vector<StudyTime>& studies);

}  // namespace fthost::report
