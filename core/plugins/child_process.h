#pragma once

/// The executable of this process once more, as a child in which a plugin may crash or hang.
///
/// By hand and not with Boost.Process: that of Boost 1.74 waits with a time limit through a handler of SIGCHLD for the
/// whole process, and a few calls of the system are all that is needed.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace fthost {

/// How a child ended, and what it left.
struct ChildEnd {
  enum class How {
    exited,    ///< By itself.
    killed,    ///< By a signal.
    timed_out  ///< It was still there at the end of its time, and was killed with all that it had started.
  };
  How how = How::exited;
  int number = 0;      ///< Exit status, or number of the signal.
  std::string report;  ///< What it wrote to kReportDescriptor, the first 64 KiB.
  std::string err;     ///< What it wrote to standard error, the first 64 KiB.
};

/// Where a child writes what its parent is to know: standard output and error are the plugin's to write to.
inline constexpr int kReportDescriptor = 3;

/// Runs this executable with `words`, without input, and waits for at most `limit`. Throws Error when the system cannot
/// start it.
ChildEnd run_child(const std::vector<std::string>& words, std::chrono::milliseconds limit);

/// For the child, before it does anything: it ends with its `parent`, leaves no core file, and writes no file above 64
/// MiB.
void restrict_child(pid_t parent);

/// For a child too: when its `parent` ends it gets the signal `number`, and when that has happened already it ends
/// here, with exit status kParentIsGone. Safe between fork and exec.
void end_with_parent(pid_t parent, int number);
inline constexpr int kParentIsGone = 127;

}  // namespace fthost
