#include "core/report/trends.h"

#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

TEST_CASE("course says whether a figure moves as expected, or where it does not", "[unit][report]") {
  CHECK(course_text("F1", {{"classifier only", 0.25}, {"last 1", 0.5}}, Direction::rises) ==
        "F1 rises with the number of learning layers: 0.25 (classifier only), 0.5 (last 1).");
  CHECK(course_text("Drift", {{"a", 0.5}, {"b", 0.25}}, Direction::falls) ==
        "Drift falls with the number of learning layers: 0.5 (a), 0.25 (b).");
  CHECK(
      course_text("F1", {{"a", 1}, {"b", 2}, {"c", 2}, {"d", 1}}, Direction::rises) ==
      "F1 does not rise with the number of learning layers everywhere: it goes from 2 (b) to 2 (c), and from 2 (c) to "
      "1 (d). In all: 1 (a), 2 (b), 2 (c), 1 (d).");
}

TEST_CASE("trends are told for each variant with two settings", "[unit][report]") {
  auto few = made_run(0, 1, {0.25}), more = made_run(3, 1, {0.5});
  few.drift = {{1, "classifier.weight", 0.1, 0.2}};
  more.drift = {{1, "classifier.weight", 0.1, 0.1}};
  const std::vector runs = {few, more};
  const auto sentences = trends(compare(runs));
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0] == "F1 on dev rises with the number of learning layers: 0.25 (classifier only), 0.5 (last 3).");
  CHECK(sentences[1] ==
        "The drift of the head's weight since the start falls with the number of learning layers: 0.2 (classifier "
        "only), 0.1 (last 3).");
  const std::vector one = {few};
  CHECK(trends(compare(one)).empty());
}

TEST_CASE("trends take runs in which the same learns as one step when they came out equal", "[unit][report]") {
  auto other = made_run(0, 1, {0.25}, {{"freezing.plugin", "\"by-name\""}});
  auto same = made_run(0, 1, {0.25}, {{"freezing.plugin", "\"last-n-layers\""}});
  const std::vector runs = {same, other, made_run(3, 1, {0.5}, {{"freezing.plugin", "\"last-n-layers\""}})};
  CHECK(trends(compare(runs)) ==
        std::vector<std::string>{
            "F1 on dev rises with the number of learning layers: 0.25 (classifier only), 0.5 (last 3)."});
}

}  // namespace
}  // namespace fthost::report
