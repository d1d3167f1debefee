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
  CHECK(studies[1].runs == std::vector<std::string>{"classifier only\n", "last 3\n"});
  CHECK(studies[1].run_seconds == 80);
  CHECK(studies[1].seconds() == 100);  // the cache is filled once, whatever the number of runs
  CHECK(time_sentences(studies) ==
        std::vector<std::string>{"The 2 runs in b took 100 s (20 s of them to fill the cache): 0.25 of the 400 s "
                                 "that those in a took, in which the same learns on the same data and machine, for as "
                                 "many epochs."});
}

TEST_CASE("studies of one name are told by their paths", "[unit][report]") {
  const std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/s/a", 0, 20)};
  CHECK(time_sentences(study_times(runs)) ==
        std::vector<std::string>{"The run in /s/a took 20 s: 0.2 of the 100 s that the one in /r/a took, in which the "
                                 "same learns on the same data and machine, for as many epochs."});
}

TEST_CASE("parts of one study are not timed against each other", "[unit][report]") {
  std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/s/a", 0, 20)};
  runs[1].name = "another seed";
  CHECK(time_sentences(study_times(runs)).empty());
  runs[1].folder = "/s/b/" + runs[1].name;
  CHECK(time_sentences(study_times(runs)).size() == 1);
}

TEST_CASE("seconds are compared of the same data, machine and number of epochs only", "[unit][report]") {
  const std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/r/b", 0, 20)};
  const auto sentences_with = [&](const auto& change) {
    auto changed = runs;
    change(changed[1]);
    return time_sentences(study_times(changed)).size();
  };
  CHECK(sentences_with([](RunFiles&) {}) == 1);
  CHECK(sentences_with([](RunFiles& run) { run.data_hashes = {"1"}; }) == 0);
  CHECK(sentences_with([](RunFiles& run) { run.machine = "another"; }) == 0);
  CHECK(sentences_with([](RunFiles& run) { run.options["train.epochs"] = "9"; }) == 0);
  CHECK(sentences_with([](RunFiles& run) { run.options["data.sentences"] = "9"; }) == 0);
  CHECK(sentences_with([](RunFiles& run) { run.options["optimizer.lr"] = "9"; }) == 1);
}

TEST_CASE("a study that found its cache filled says so", "[unit][report]") {
  std::vector runs = {timed_run("/r/a", 0, 100), timed_run("/r/b", 0, 20)};
  runs[1].cache = CacheFigures{"disk", 9, 0, 3, 0, 0, 0};
  CHECK(time_sentences(study_times(runs))
            .front()
            .starts_with("The run in b took 20 s (with rows that were in the cache before): 0.2 of "));
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
