#pragma once

/// How a run is asked to end early.

#include <atomic>

namespace fthost {

/// While one lives, SIGINT and SIGTERM do not end the process: the first one's number is kept for the engine to see
/// after a step, and a line on standard error says so; the second ends the process at once with status 130 or 143.
/// SIGPIPE is ignored, so that a closed pipe is an error of the write. The destructor puts back what was there.
/// At most one at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// SIGINT, SIGTERM, or 0 while there was none: EngineRequest::stop_signal. Valid as long as the program runs.
  const std::atomic<int>& stop_signal() const;
};

}  // namespace fthost
