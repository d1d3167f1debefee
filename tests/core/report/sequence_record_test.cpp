#include "core/report/sequence_record.h"

#include <fthost/error.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/core/report/made_sequence.h"

namespace fthost::report {
namespace {

TEST_CASE("sequence's record is written as people expect it, and read back", "[unit][report][sequence]") {
  auto record = made_sequence();
  record.rows.resize(1);
  const std::string text = R"({
  "sequence": "s",
  "start": "/models/bert",
  "tasks": [
    "people",
    "towns",
    "diseases"
  ],
  "after": [
    {
      "task": "people",
      "measured": "2026-11-27T02:00:00.000Z",
      "dev": [
        {
          "task": "people",
          "f1": 0.75,
          "precision": 0.5,
          "recall": 1.0,
          "loss": 0.25
        }
      ],
      "drift": [
        {
          "stage": "embeddings",
          "iterative": 0.0,
          "base": 0.0
        },
        {
          "stage": "layer.0",
          "iterative": 2e-06,
          "base": 2e-06
        },
        {
          "stage": "all",
          "iterative": 1e-06,
          "base": 1e-06
        }
      ]
    }
  ]
}
)";
  CHECK(sequence_json(record) == text);
  const auto whole = sequence_json(made_sequence());
  CHECK(sequence_json(read_sequence(whole, "sequence.json")) == whole);
}

TEST_CASE("a figure that is not finite comes back so", "[unit][report][sequence]") {
  auto record = made_sequence();
  record.rows[1].dev[0].loss = std::numeric_limits<double>::infinity();
  const auto text = sequence_json(record);
  CHECK(text.find("\"loss\": null") != std::string::npos);
  CHECK(std::isnan(read_sequence(text, "sequence.json").rows[1].dev[0].loss));
}

TEST_CASE("sequence's matrix has a row for each task that is done", "[unit][report][sequence]") {
  CHECK(matrix_csv(made_sequence()) == "after,people,towns,diseases\npeople,0.75,,\ntowns,0.5,0.8125,\n");
  const auto record = made_sequence();
  CHECK(record.f1(1, 0) == 0.5);
  CHECK_FALSE(record.f1(0, 1));
  CHECK_FALSE(record.f1(2, 0));
}

TEST_CASE("forgetting is what a task had at best, less what it has", "[unit][report][sequence]") {
  auto record = made_sequence();
  CHECK(record.forgetting(0) == 0.25);
  CHECK_FALSE(record.forgetting(1));  // the last that is done
  CHECK_FALSE(record.forgetting(2));
  // A third task that brings some of it back: the best counts, not the first.
  record.rows.push_back({"diseases", "", {{"people", 0.625}, {"towns", 0.875}, {"diseases", 0.5}}, {}});
  CHECK(record.forgetting(0) == 0.125);
  CHECK(record.forgetting(1) == 0);
  CHECK_FALSE(record.forgetting(2));
  CHECK_FALSE(SequenceRecord().forgetting(0));
}

TEST_CASE("sequence's tables for a terminal", "[unit][report][sequence]") {
  CHECK(sequence_text(made_sequence()) ==
        "F1 on dev     people   towns  diseases\n"
        "after people    0.75\n"
        "after towns      0.5  0.8125\n"
        "forgetting      0.25\n"
        "\n"
        "drift against the task before (iterative)  after people  after towns\n"
        "embeddings                                            0        4e-07\n"
        "layer.0                                           2e-06        3e-06\n"
        "all                                               1e-06      1.7e-06\n"
        "\n"
        "drift against the start (base)  after people  after towns\n"
        "embeddings                                 0        4e-07\n"
        "layer.0                                2e-06        8e-06\n"
        "all                                    1e-06      4.2e-06\n");
  CHECK(sequence_text({"s", "", {"a"}, {}}).empty());
}

TEST_CASE("sequence's record refuses what it could not have written", "[unit][report][sequence]") {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "sequence.json: error: expected sequence to be a string, found nothing\n"},
      {R"({"sequence": "s", "start": "", "tasks": [1], "after": []})",
       "sequence.json: error: expected tasks to be an array of strings, found an array\n"},
      {R"({"sequence": "s", "start": "", "tasks": ["a"], "after": [{"task": "b", "measured": "", "dev": [], "drift": []}]})",
       "sequence.json: error: expected after to be a row for each task that is done, with the scores of the tasks up "
       "to it, found an array\n"},
      {R"({"sequence": "s", "start": "", "tasks": ["a"], "after": [{"task": "a", "measured": "", "dev": [{"task": "a"}], "drift": []}]})",
       "sequence.json: error: expected after.dev.f1 to be a number, found nothing\n"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK_THROWS_WITH(read_sequence(text, "sequence.json"), expected);
  }
}

}  // namespace
}  // namespace fthost::report
