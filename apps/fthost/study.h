#pragma once

/// Running a study: its points one after the other, or several at a time, each a process and a run folder of its own.

#include "apps/fthost/session.h"

namespace fthost {

/// Runs those points of the study that --shard leaves and that are not finished yet; returns the exit status. What is
/// wrong with any of them is thrown before the first runs. `text`: the file as it was before they were read from it.
int run_study(const Arguments& arguments, std::string text, Study study, FoundPlugins& plugins);

}  // namespace fthost
