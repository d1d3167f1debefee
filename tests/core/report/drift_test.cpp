#include "core/report/drift.h"

#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

TEST_CASE("drift's parameters have a stage and a tensor", "[unit][report]") {
  const auto place = [](const char* name) {
    const auto found = drift_place(name);
    return found.stage + " | " + found.tensor;
  };
  CHECK(place("bert.encoder.layer.11.attention.self.query.weight") == "11 | attention.self.query.weight");
  CHECK(place("encoder.layer.0.output.dense.bias") == "0 | output.dense.bias");
  CHECK(place("layer.3") == "3 | all tensors");
  CHECK(place("bert.embeddings.LayerNorm.weight") == "embeddings | LayerNorm.weight");
  CHECK(place("embeddings") == "embeddings | all tensors");
  CHECK(place("classifier.weight") == "head | classifier.weight");
  CHECK(place("head") == "head | all tensors");
  CHECK(place("all") == "all | all tensors");
  CHECK(place("mylayer.3.x") == "head | mylayer.3.x");
  CHECK(place("layer.x.y") == "head | layer.x.y");
  CHECK(place("") == "head | ");
}

RunFiles drifting(std::uint64_t seed, double factor) {
  auto run = made_run(1, seed, {0.5});
  run.drift = {{1, "layer.0.attention.self.query.weight", 9, 9},
               {2, "layer.0.attention.self.query.weight", 0, 0},
               {2, "layer.1.attention.self.query.weight", factor, 2 * factor},
               {2, "classifier.weight", 3 * factor, 4 * factor}};
  return run;
}

TEST_CASE("drift's map has the last epoch, tensor by layer, mean over seeds", "[unit][report]") {
  const std::vector runs = {drifting(1, 1), drifting(2, 3), made_run(0, 1, {0.5})};
  const auto groups = compare(runs);
  const auto maps = drift_maps(groups);
  REQUIRE(maps.size() == 1);
  CHECK(maps[0].id == "drift-1");
  CHECK(maps[0].rows == std::vector<std::string>{"attention.self.query.weight", "classifier.weight"});
  CHECK(maps[0].columns == std::vector<std::string>{"0", "1", "head"});
  const std::vector<std::vector<std::optional<double>>> cells = {{0.0, 4.0, {}}, {{}, {}, 8.0}};
  CHECK((maps[0].cells == cells));
  CHECK_FALSE(maps[0].span);
}

TEST_CASE("drift's maps have one scale", "[unit][report]") {
  auto other = drifting(1, 100);
  other.options["optimizer.lr"] = "1";
  const std::vector runs = {drifting(1, 1), other};
  for (const auto& map : drift_maps(compare(runs))) CHECK(map.span == std::pair(2.0, 400.0));
}

TEST_CASE("drift's table has head and uppermost layer, then the published", "[unit][report]") {
  const std::vector runs = {drifting(1, 1)};
  const auto groups = compare(runs);
  const auto rows = drift_table(groups, &published_figures());
  REQUIRE(rows.size() == 7);
  CHECK(rows[0].head_iterative == 3.0);
  CHECK(rows[0].head_base == 4.0);
  CHECK(rows[0].layer_iterative == 1.0);
  CHECK(rows[0].layer_base == 2.0);
  CHECK(rows[2].name == "last 1");
  CHECK(rows[2].is_published);
  CHECK(*rows[2].layer_base == Approx(2.4e-5).margin(1e-6));
  const std::vector without = {made_run(0, 1, {0.5})};
  CHECK(drift_table(compare(without), &published_figures()).empty());
}

TEST_CASE("drift by layer stands for the whole head and the uppermost layer", "[unit][report]") {
  auto run = made_run(1, 1, {0.5});
  run.drift = {{1, "layer.0", 1, 2}, {1, "layer.1", 3, 4}, {1, "head", 5, 6}};
  const std::vector runs = {run};
  const auto row = drift_table(compare(runs), nullptr).front();
  CHECK(row.layer_base == 4.0);
  CHECK(row.head_base == 6.0);
}

}  // namespace
}  // namespace fthost::report
