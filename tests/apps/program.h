#pragma once

/// The executable of this build, run as a user would.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/temporary_folder.h"

namespace fthost {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// A started `fthost`. Its output goes into files of a folder of its own, so that no pipe can fill up.
class Program {
 public:
  /// Runs in `folder`, with standard input from `input` and `environment` on top of the test's own. Standard output
  /// goes to `out` where that is given.
  explicit Program(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                   const std::string& input = "", const Environment& environment = {},
                   const std::filesystem::path& out = {}) {
    const auto in = output_.write("in", input);
    words.insert(words.begin(), FTHOST_BUILD_DIR "/bin/fthost");
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ == 0) {
      redirect(STDIN_FILENO, in, O_RDONLY);
      redirect(STDOUT_FILENO, out.empty() ? output_ / "out" : out, O_WRONLY | O_CREAT);
      redirect(STDERR_FILENO, output_ / "err", O_WRONLY | O_CREAT);
      for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
      if (::chdir(folder.c_str()) != 0) ::_exit(126);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  ~Program() {
    if (process_ <= 0) return;
    // A test that failed early: what it started would go on for hours.
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const { ::kill(process_, number); }

  /// Waits for the end; the exit status, or 1000 plus the number of the signal that killed it.
  int wait() {
    int status = 0;
    if (::waitpid(process_, &status, 0) != process_) throw std::runtime_error("cannot wait");
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

  std::string out() const { return output_.read("out"); }
  std::string err() const { return output_.read("err"); }

 private:
  static void redirect(int to, const std::filesystem::path& file, int flags) {
    const int from = ::open(file.c_str(), flags, 0600);
    if (from < 0 || ::dup2(from, to) < 0) ::_exit(125);
  }

  TemporaryFolder output_;
  pid_t process_ = -1;
};

struct Outcome {
  int status = 0;
  std::string out, err;
};

inline Outcome run_program(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                           const std::string& input = "", const Environment& environment = {}) {
  Program program(std::move(words), folder, input, environment);
  const int status = program.wait();
  return {status, program.out(), program.err()};
}

}  // namespace fthost
