#pragma once

/// What this process writes on standard error while an object lives. A check that fails meanwhile is not lost: Catch2
/// reports on standard output.

#include <cstdio>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "tests/temporary_folder.h"

namespace fthost {

class CapturedStderr {
 public:
  CapturedStderr() : before_(::dup(STDERR_FILENO)) {
    const int file = ::open((folder_ / "stderr").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (before_ < 0 || file < 0 || ::dup2(file, STDERR_FILENO) < 0) throw std::runtime_error("cannot capture stderr");
    ::close(file);
  }
  ~CapturedStderr() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  std::string text() const { return folder_.read("stderr"); }

 private:
  TemporaryFolder folder_;
  int before_;
};

}  // namespace fthost
