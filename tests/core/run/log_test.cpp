#include "core/run/log.h"

#include <string>

#include "tests/captured_stderr.h"
#include "tests/catch.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"
#include "tests/without_times.h"

namespace fthost {

TEST_CASE("log writes lines to its file and warnings to standard error", "[unit][run]") {
  const TemporaryFolder folder;
  const CapturedStderr captured;
  log_warning("too early for a file");
  log_info("nobody hears this");
  open_log(disk(), folder / "log.txt", false);
  log_info("reads {} as it is");
  log_warning("first line\nsecond line");
  log_error("for the file alone");
  close_log();
  log_warning("too late for a file");
  CHECK(without_times(folder.read("log.txt")) ==
        "TIME info reads {} as it is\n"
        "TIME warning first line\n"
        "TIME warning second line\n"
        "TIME error for the file alone\n");
  CHECK(captured.text() ==
        "warning: too early for a file\n"
        "warning: first line\nsecond line\n"
        "warning: too late for a file\n");
}

TEST_CASE("log wipes a line that is being redrawn before it warns", "[unit][run]") {
  const TemporaryFolder folder;
  const CapturedStderr captured;
  open_log(disk(), folder / "log.txt", true);
  log_warning("look");
  close_log();
  CHECK(captured.text() == "\r\x1b[Kwarning: look\n");
}

TEST_CASE("log says once that it is not complete", "[unit][run]") {
  const TemporaryFolder folder;
  const CapturedStderr captured;
  FailingFiles files(3, FailingFiles::How::from_then_on, ENOSPC);
  open_log(files, folder / "log.txt", false);
  for (const auto* text : {"one", "two", "three"}) log_info(text);
  close_log();
  CHECK(without_times(folder.read("log.txt")).starts_with("TIME info one\n"));
  CHECK(captured.text() ==
        "warning: the log is not complete: cannot write: No space left on device; make room there, or use a folder "
        "on another disk\n");
}

TEST_CASE("log is open anew with each run", "[unit][run]") {
  const TemporaryFolder folder;
  open_log(disk(), folder / "a", false);
  log_info("one");
  open_log(disk(), folder / "b", false);
  log_info("two");
  close_log();
  CHECK(without_times(folder.read("a")) == "TIME info one\n");
  CHECK(without_times(folder.read("b")) == "TIME info two\n");
}

}  // namespace fthost
