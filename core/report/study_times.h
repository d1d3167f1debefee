#pragma once

/// What studies took as a whole, beside each other.

#include <set>
#include <string>
#include <vector>

#include "core/report/run_files.h"

namespace fthost::report {

/// All runs in one folder.
struct StudyTime {
  std::string folder;             ///< Its path, without a slash at the end.
  std::vector<std::string> runs;  ///< Of each what learns, on which data, how long and on what; sorted.
  std::set<std::string> names;    ///< Of its runs.
  double run_seconds = 0;         ///< Of all its runs, from start to end: evaluation and saving are part of it.
  double fill_seconds = 0;        ///< Of filling the cache that they share, before the first.
  bool found_rows = false;        ///< Did one of its runs find rows that were kept before it began?

  double seconds() const { return run_seconds + fill_seconds; }
};

/// By folder, in the order of the runs; without folders that hold a run that has not finished.
std::vector<StudyTime> study_times(const std::vector<RunFiles>& runs);

/// "The 7 runs in cached took 310 s (25 s of them to fill the cache): 0.129 of the 2400 s that those in reference took,
/// in which the same learns on the same data and machine, for as many epochs." for each folder beside the one like it
/// that took longest. Two parts of one study, which ran on two machines, are nothing to compare.
std::vector<std::string> time_sentences(const std::vector<StudyTime>& studies);

}  // namespace fthost::report
