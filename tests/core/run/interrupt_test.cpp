#include "core/run/interrupt.h"

#include <cerrno>
#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/captured_stderr.h"
#include "tests/catch.h"

namespace fthost {
namespace {

/// Status of a child that raises the signals under a guard and would then end with 0: 128 + n when it is its own
/// exit status, -n when a signal ended it.
int status_after(std::initializer_list<int> signals) {
  const auto child = ::fork();
  if (child == 0) {
    const InterruptGuard guard;
    for (const int signal : signals) std::raise(signal);
    ::_exit(guard.stop_signal() == 0 ? 0 : 99);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("interrupt keeps the first signal", "[unit][run]") {
  const CapturedStderr captured;
  for (const int signal : {SIGINT, SIGTERM}) {
    const InterruptGuard guard;
    CHECK(guard.stop_signal() == 0);
    errno = ENOENT;
    std::raise(signal);
    CHECK(errno == ENOENT);
    CHECK(guard.stop_signal() == signal);
  }
  const std::string told = "\nStopping after this step. Once more stops at once.\n";
  CHECK(captured.text() == told + told);
}

TEST_CASE("interrupt ends the process at the second signal", "[unit][run]") {
  const CapturedStderr captured;
  CHECK(status_after({SIGINT}) == 99);
  CHECK(status_after({SIGINT, SIGINT}) == 130);
  CHECK(status_after({SIGINT, SIGTERM}) == 143);
}

TEST_CASE("interrupt makes a closed pipe an error of the write", "[unit][run]") {
  const InterruptGuard guard;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  CHECK(::write(ends[1], "x", 1) == -1);
  CHECK(errno == EPIPE);
  ::close(ends[1]);
}

TEST_CASE("interrupt puts back what was there", "[unit][run]") {
  struct sigaction before {};
  struct sigaction after {};
  ::sigaction(SIGTERM, nullptr, &before);
  { const InterruptGuard guard; }
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK(before.sa_handler == after.sa_handler);
  CHECK(status_after({}) == 0);
}

}  // namespace fthost
