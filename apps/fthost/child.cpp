#include "apps/fthost/child.h"

#include <fthost/error.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/plugins/child_process.h"
#include "core/plugins/program_file.h"

namespace fthost {
namespace {

constexpr int kCannotExecute = 127;

/// Between fork and exec nothing but calls that are safe there (signal-safety(7)): the engine's threads may hold locks.
[[noreturn]] void become(const char* program, char* const* words, pid_t parent) {
  ::setpgid(0, 0);
  end_with_parent(parent, SIGTERM);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(program, words);
  ::_exit(kCannotExecute);
}

int status_from(int waited) {
  constexpr int kKilled = 128;
  return WIFEXITED(waited) ? WEXITSTATUS(waited) : kKilled + WTERMSIG(waited);
}

}  // namespace

Child::Child(const std::vector<std::string>& words) {
  const auto program = program_file().string();
  std::vector<std::string> all = {program};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  pointers.reserve(all.size() + 1);
  for (auto& word : all) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const auto parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) become(program.c_str(), pointers.data(), parent);
  if (process_ < 0) throw Error(std::string("cannot start another process: ") + std::strerror(errno));
}

Child::~Child() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

void Child::signal(int number) const {
  if (process_ > 0) ::kill(process_, number);
}

bool Child::has_ended() {
  if (process_ <= 0) return true;
  int waited = 0;
  if (::waitpid(process_, &waited, WNOHANG) != process_) return false;
  status_ = status_from(waited);
  process_ = -1;
  return true;
}

int Child::wait(const std::atomic<int>& stop_signal) {
  int handed_on = 0;
  while (!has_ended()) {
    if (handed_on == 0) {
      handed_on = stop_signal.load();
      if (handed_on != 0) signal(handed_on);
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return status_;
}

}  // namespace fthost
