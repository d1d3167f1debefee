#pragma once

/// Programs, that of this build above all, run as a user would.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/temporary_folder.h"

namespace fthost {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// A started program. Its output goes into files of a folder of its own, so that no pipe can fill up.
class Process {
 public:
  /// Runs `words`, of which the first is a path or is looked up in PATH, in `folder`, with standard input from `input`
  /// and `environment` on top of the test's own. Standard output goes to `out` where that is given.
  explicit Process(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                   const std::string& input = "", const Environment& environment = {},
                   const std::filesystem::path& out = {}) {
    const auto in = output_.write("in", input);
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
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  ~Process() {
    if (process_ <= 0) return;
    // A test that failed early: what it started would go on for hours.
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

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

/// A started `fthost` of this build.
class Program : public Process {
 public:
  explicit Program(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                   const std::string& input = "", const Environment& environment = {},
                   const std::filesystem::path& out = {})
      : Process(with_program(std::move(words)), folder, input, environment, out) {}

 private:
  static std::vector<std::string> with_program(std::vector<std::string> words) {
    words.insert(words.begin(), FTHOST_BUILD_DIR "/bin/fthost");
    return words;
  }
};

/// Waits until a program that was started has made the file; throws when that takes longer than any of them should.
inline void wait_for(const std::filesystem::path& file) {
  const auto begin = std::chrono::steady_clock::now();
  while (!std::filesystem::exists(file)) {
    if (std::chrono::steady_clock::now() - begin > std::chrono::minutes(2))
      throw std::runtime_error("nobody has made " + file.string());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

struct Outcome {
  int status = 0;
  std::string out, err;
};

template <class Started = Process>
Outcome run_process(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                    const std::string& input = "", const Environment& environment = {}) {
  Started process(std::move(words), folder, input, environment);
  const int status = process.wait();
  return {status, process.out(), process.err()};
}

inline Outcome run_program(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                           const std::string& input = "", const Environment& environment = {}) {
  return run_process<Program>(std::move(words), folder, input, environment);
}

}  // namespace fthost
