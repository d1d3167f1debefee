/// Plugins that throw or return nonsense in a run's second epoch: the run ends, and the first epoch is kept.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"

using namespace fthost;

namespace {

/// The tiny pipeline with the library of misbehaving components.
Outcome run_misbehaving(const TinyPipeline& tiny, const std::vector<std::string>& options, const std::string& more) {
  tiny.folder().write("tiny.toml", tiny.read("tiny.toml") + more + "\n[plugins]\npaths = [\"" +
                                       fixture("misbehaving.so").string() + "\"]\n");
  std::vector<std::string> words;
  for (const auto& option : options) {
    words.emplace_back("--set");
    words.push_back(option);
  }
  return tiny.run(words);
}

/// The run failed with `status`, for `reason`; one epoch is on record.
void check_failed(const TinyPipeline& tiny, const Outcome& outcome, int status, const std::string& reason) {
  INFO(outcome.err);
  CHECK(outcome.status == status);
  CHECK(tiny.record().at("state") == "failed");
  CHECK(tiny.record().at("reason") == reason);
  const auto metrics = tiny.read("runs/tiny/metrics.csv");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 2);
}

std::string file() {
  return " (" + fixture("misbehaving.so").string() + ")";
}

}  // namespace

TEST_CASE("a schedule that throws or gives no number ends the run, and what there is stays", "[pipeline][apps]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"throws", " failed while giving the factor of a step: out of luck"},
      {"throws-int", " failed while giving the factor of a step: it threw something that is no std::exception"},
      {"nan", " gave the factor nan for step 3; it must be finite and not negative"}};
  for (const auto& [how, said] : cases) {
    const TinyPipeline tiny;
    const auto outcome = run_misbehaving(tiny, {"schedule.plugin=odd-schedule", "schedule.how=" + how}, "");
    check_failed(tiny, outcome, 1, "schedule 'odd-schedule'" + file() + said);
  }
}

TEST_CASE("a sink that finds its option wrong late is named, with its line", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto outcome = run_misbehaving(tiny, {}, "\n[[sinks]]\nplugin = \"odd-sink\"\nhow = \"so\"\n");
  INFO(outcome.err);
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("sink 'odd-sink': it is too late for that") != std::string::npos);
  CHECK(outcome.err.find("tiny.toml:") != std::string::npos);
  CHECK(tiny.record().at("state") == "failed");
}
