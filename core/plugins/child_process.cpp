#include "core/plugins/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <thread>

#include <fthost/error.h>

namespace fthost {
namespace {

constexpr std::size_t kMostKept = std::size_t{1} << 16;
constexpr rlim_t kMostWritten = rlim_t{64} << 20U;

[[noreturn]] void fail(const char* what, int code) {
  throw Error(std::string("cannot ") + what + " a child process: " + std::generic_category().message(code));
}

/// A file without a name, which takes all that a child writes: unlike a pipe it never makes the child wait.
class Catcher {
 public:
  Catcher() : descriptor_(::memfd_create("fthost", MFD_CLOEXEC)) {
    if (descriptor_ < 0) fail("catch the output of", errno);
  }
  Catcher(const Catcher&) = delete;
  Catcher& operator=(const Catcher&) = delete;
  ~Catcher() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }

  std::string text() const {
    std::string text(kMostKept, '\0');
    const auto n = ::pread(descriptor_, text.data(), text.size(), 0);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }

 private:
  int descriptor_;
};

/// What posix_spawn is to do besides: no input, no output but what is caught, and a process group of its own.
class SpawnSettings {
 public:
  SpawnSettings(const Catcher& report, const Catcher& err) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, err.descriptor(), STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, report.descriptor(), kReportDescriptor);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  pid_t spawn(std::vector<std::string> words) const {
    std::string self = "/proc/self/exe";
    std::vector<char*> arguments = {self.data()};
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = -1;
    const int error = ::posix_spawn(&process, self.c_str(), &actions_, &attributes_, arguments.data(), ::environ);
    if (error != 0) fail("start", error);
    return process;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

ChildEnd run_child(const std::vector<std::string>& words, std::chrono::milliseconds limit) {
  const Catcher report, err;
  const pid_t process = SpawnSettings(report, err).spawn(words);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  ChildEnd end;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(process, &status, WNOHANG)) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      end.how = ChildEnd::How::timed_out;
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(-process, SIGKILL);  // and whatever it has started
  if (ended == 0) ended = ::waitpid(process, &status, 0);
  if (ended < 0) fail("wait for", errno);
  end.report = report.text();
  end.err = err.text();
  if (end.how == ChildEnd::How::timed_out) return end;
  end.how = WIFEXITED(status) ? ChildEnd::How::exited : ChildEnd::How::killed;
  end.number = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  return end;
}

void end_with_parent(pid_t parent, int number) {
  ::prctl(PR_SET_PDEATHSIG, number);
  if (::getppid() != parent) ::_exit(kParentIsGone);  // it died before that call
}

void restrict_child(pid_t parent) {
  end_with_parent(parent, SIGKILL);
  const rlimit none{0, 0}, file{kMostWritten, kMostWritten};
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_FSIZE, &file);
}

}  // namespace fthost
