#include "core/report/study_times.h"

#include <vector>

#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

RunFiles timed_run(const std::string& study, int learning, double seconds, double fill_seconds = 0) {
  auto run = made_run(learning, 1, {0.5});
  run.folder = study + "/" + run.name;
  run.seconds = seconds;
  run.study_fill_seconds = fill_seconds;
  return run;
}

TEST_CASE("studies whose runs learn the same are timed against the one that took longest", "[unit][report]") {
  const std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/r/a", 3, 300), timed_run("/r/b", 3, 60, 20),
                            timed_run("/r/b", 0, 20, 20), timed_run("/r/c", 0, 1)};
  const auto studies = study_times(runs);
  REQUIRE(studies.size() == 3);
  CHECK(studies[1].folder == "/r/b");
  CHECK(studies[1].runs == std::vector<std::string>{"classifier only", "last 3"});
  CHECK(studies[1].run_seconds == 80);
  CHECK(studies[1].seconds() == 100);  // the cache is filled once, whatever the number of runs
  CHECK(time_sentences(studies) ==
        std::vector<std::string>{"The 2 runs in b took 100 s (20 s of them to fill the cache): 0.25 of the 400 s "
                                 "that the same settings took in a."});
}

TEST_CASE("studies of one name are told by their paths", "[unit][report]") {
  const std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/s/a", 0, 20)};
  CHECK(time_sentences(study_times(runs)) ==
        std::vector<std::string>{"The run in /s/a took 20 s: 0.2 of the 100 s that the same settings took in /r/a."});
}

TEST_CASE("a study with a run that has not finished is timed against none", "[unit][report]") {
  std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/r/b", 0, 20), timed_run("/r/b", 0, 20)};
  CHECK(time_sentences(study_times(runs)).empty());  // another number of runs
  runs.pop_back();
  REQUIRE(time_sentences(study_times(runs)).size() == 1);
  runs.front().state = "interrupted";
  CHECK(study_times(runs).size() == 1);
  CHECK(time_sentences(study_times(runs)).empty());
}

}  // namespace
}  // namespace fthost::report
