#include "core/run/run_lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

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

void end(pid_t process) {
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
}

TEST_CASE("run that goes on in another process is seen, until that is killed", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("log.txt", "");
  folder.write("run.json", "{}");
  CHECK_FALSE(is_running(folder.path()));
  const auto process = process_with([&] { return RunLock(folder.path()); });
  CHECK(is_running(folder.path()));
  CHECK(is_running(folder.path()));  // to look is not to take
  end(process);
  CHECK_FALSE(is_running(folder.path()));
}

TEST_CASE("runs are looked at by several processes, and each gets its lock", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("log.txt", "");
  folder.write("run.json", "{}");
  const auto self = ::getpid();
  std::vector<pid_t> lookers;
  for (int i = 0; i < 3; ++i)
    lookers.push_back(process_with([&] {
      return std::thread([&] {
        while (::getppid() == self) is_running(folder.path());
      });
    }));
  int seen = 0, missed = 0;
  for (int i = 0; i < 20000; ++i) seen += is_running(folder.path()) ? 1 : 0;
  CHECK(seen == 0);
  for (int i = 0; i < 50; ++i) {
    const auto process = process_with([&] { return RunLock(folder.path()); });
    missed += is_running(folder.path()) ? 0 : 1;
    end(process);
  }
  CHECK(missed == 0);
  for (const auto looker : lookers) end(looker);
}

TEST_CASE("run that has only made its folder is seen", "[unit][run]") {
  const TemporaryFolder folder;
  const auto process = process_with([&] {
    return std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      folder.write("log.txt", "");
      const RunLock lock(folder.path());
      ::pause();
    });
  });
  CHECK(is_running(folder.path()));
  end(process);
}

TEST_CASE("run without a log, or a folder, goes on nowhere", "[unit][run]") {
  const TemporaryFolder folder;
  CHECK_FALSE(is_running(folder.path()));
  CHECK_FALSE(is_running(folder / "nowhere"));
  const RunLock none(folder / "nowhere");
}

}  // namespace
}  // namespace fthost
