#pragma once

/// Which run folders have a run that goes on: it holds a lock on its log, which the system takes from it when it ends,
/// however it does. Processes on other machines see it where the file system has locks over the network.

#include <filesystem>
#include <memory>

namespace fthost {

/// Held by the run itself, from soon after its folder is made until it has written all.
class RunLock {
 public:
  /// On a file system without locks nobody sees it.
  explicit RunLock(const std::filesystem::path& run);
  ~RunLock();
  RunLock(RunLock&&) noexcept;
  RunLock& operator=(RunLock&&) = delete;

 private:
  struct Lock;
  std::unique_ptr<Lock> lock_;
};

/// Does a run of another process go on in that folder? Takes a second where there is no run.json yet, as the run may be
/// about to lock its log. Nobody who takes or looks at locks notices.
bool is_running(const std::filesystem::path& run);

}  // namespace fthost
