#include "core/run/run_lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

/// Runs `work` in a process of its own, and then waits there to be killed.
template <class Work>
pid_t process_with(const Work& work) {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const auto process = ::fork();
  if (process == 0) {
    const auto held = work();
    (void)!::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  ::close(ready[0]);
  ::close(ready[1]);
  return process;
}

TEST_CASE("run that goes on in another process is seen, until that is killed", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("log.txt", "");
  CHECK_FALSE(is_running(folder.path()));
  const auto process = process_with([&] { return RunLock(folder.path()); });
  CHECK(is_running(folder.path()));
  CHECK(is_running(folder.path()));  // to look is not to take
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  CHECK_FALSE(is_running(folder.path()));
}

TEST_CASE("run without a log, or a folder, goes on nowhere", "[unit][run]") {
  const TemporaryFolder folder;
  CHECK_FALSE(is_running(folder.path()));
  CHECK_FALSE(is_running(folder / "nowhere"));
  const RunLock none(folder / "nowhere");
}

}  // namespace
}  // namespace fthost
