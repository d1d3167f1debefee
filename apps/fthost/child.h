#pragma once

/// fthost, started by itself.

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace fthost {

/// A process of this program with other words. Standard output and error are this process' own. It leads a process
/// group, so that Ctrl-C at the terminal reaches it once, through `signal`; should this process die, it is asked to
/// end.
class Child {
 public:
  static constexpr auto kLookEvery = std::chrono::milliseconds(50);

  /// Throws Error when it cannot be started.
  explicit Child(const std::vector<std::string>& words);
  /// One that still runs is asked to end, and waited for.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const;
  /// Has it ended? Does not wait.
  bool has_ended();
  /// Of one that has ended: its exit status, or 128 plus the number of the signal that killed it.
  int status() const { return status_; }
  /// Waits for its end, and hands a signal on when one comes; returns status().
  int wait(const std::atomic<int>& stop_signal);

 private:
  pid_t process_ = -1;
  int status_ = 0;
};

}  // namespace fthost
