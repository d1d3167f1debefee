#pragma once

/// Running a sequence: its tasks one after the other, each a process and a run folder of its own, and after each of
/// them what became of those before it.

#include "apps/fthost/session.h"

namespace fthost {

/// Runs the tasks from the first one on that is not finished, and measures after each; returns the exit status. What is
/// wrong with any of them is thrown before the first runs. `text`: the file as it was before they were read from it.
int run_sequence(const Arguments& arguments, std::string text, Sequence sequence, FoundPlugins& plugins);

}  // namespace fthost
