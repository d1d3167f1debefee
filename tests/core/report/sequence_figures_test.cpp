#include "core/report/sequence_figures.h"

#include "tests/catch.h"
#include "tests/core/report/made_sequence.h"

namespace fthost::report {
namespace {

TEST_CASE("a task's F1 has a point for each task from its own on", "[unit][report][sequence]") {
  const auto chart = f1_after_tasks(made_sequence(), "sequence-1");
  CHECK(chart.id == "sequence-1-f1");
  CHECK(chart.categories == std::vector<std::string>{"people", "towns"});
  REQUIRE(chart.series.size() == 2);
  CHECK(chart.series[0].name == "people");
  REQUIRE(chart.series[0].points.size() == 2);
  CHECK(chart.series[0].points[1].x == 1);
  CHECK(chart.series[0].points[1].y == 0.5);
  REQUIRE(chart.series[1].points.size() == 1);
  CHECK(chart.series[1].points[0].x == 1);
  CHECK(f1_after_tasks({"s", "", {"a"}, {}}, "x").is_empty());
}

TEST_CASE("drift between tasks is a map of stage by task", "[unit][report][sequence]") {
  const auto maps = drift_after_tasks(made_sequence(), "sequence-1");
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].id == "sequence-1-drift-iterative");
  CHECK(maps[0].rows == std::vector<std::string>{"embeddings", "layer.0", "all"});
  CHECK(maps[0].columns == std::vector<std::string>{"after people", "after towns"});
  CHECK(maps[0].cells[1][1] == 3e-6);
  CHECK(maps[1].id == "sequence-1-drift-base");
  CHECK(maps[1].cells[1][1] == 8e-6);
  CHECK(maps[0].cells[0][0] == 0.0);
  for (const auto& map : maps) CHECK(map.span == std::pair(4e-7, 8e-6));
  CHECK(drift_after_tasks({"s", "", {"a"}, {}}, "x")[0].is_empty());
}

}  // namespace
}  // namespace fthost::report
