#include "core/report/figures.h"

#include <limits>

#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

const Chart& chart_of(const std::vector<Chart>& charts, const std::string& id) {
  for (const auto& chart : charts)
    if (chart.id == id) return chart;
  throw std::runtime_error("no chart " + id);
}

TEST_CASE("figures by epoch have a series a group, and the published beside them", "[unit][report]") {
  const std::vector runs = {made_run(0, 1, {0.1, 0.2}), made_run(3, 1, {0.3, 0.4}), made_run(2, 1, {0.3, 0.4})};
  const auto groups = compare(runs);
  const auto charts = figures_by_epoch(groups, &published_figures());
  REQUIRE(charts.size() == 5);
  const auto& f1 = chart_of(charts, "dev_f1-by-epoch");
  std::vector<std::string> names;
  for (const auto& series : f1.series) names.push_back(series.name);
  CHECK(names == std::vector<std::string>{"classifier only", "last 2", "last 3", "classifier only, published",
                                          "last 3, published"});
  CHECK(f1.series[1].points[1].y == 0.4);
  CHECK(f1.series[3].colour == f1.series[0].colour);
  CHECK(f1.series[3].is_dashed);
  CHECK(f1.note ==
        "Micro F1 of entities on the dev set, after each epoch. Dashed: published (bert-base-cased, 12 layers, all "
        "47,959 sentences; another machine, and another F1).");
  CHECK(f1.series[3].points.size() == 5);
  CHECK(chart_of(charts, "seconds-by-epoch").series.size() == 3);  // another machine's times compare with nothing
  CHECK(chart_of(figures_by_epoch(groups, nullptr), "dev_f1-by-epoch").series.size() == 3);
}

TEST_CASE("figures by epoch have points where there are epochs, be they far apart", "[unit][report]") {
  auto run = made_run(0, 1, {0.1, 0.2});
  run.epochs[1].epoch = std::numeric_limits<int>::max();
  const std::vector runs = {run};
  const auto groups = compare(runs);
  const auto charts = figures_by_epoch(groups, nullptr);
  const auto& points = chart_of(charts, "dev_f1-by-epoch").series.front().points;
  REQUIRE(points.size() == 2);
  CHECK(points[1].x == std::numeric_limits<int>::max());
}

TEST_CASE("figures by learning layers have a category a setting and a series a variant", "[unit][report]") {
  const std::vector runs = {
      made_run(0, 1, {0.1}, {{"optimizer.lr", "1"}}), made_run(0, 1, {0.2}, {{"optimizer.lr", "2"}}),
      made_run(6, 1, {0.5}, {{"optimizer.lr", "1"}}), made_run(6, 1, {0.6}, {{"optimizer.lr", "2"}})};
  const auto groups = compare(runs);
  const auto charts = figures_by_setting(groups, nullptr);
  const auto& f1 = chart_of(charts, "dev_f1-by-layers");
  CHECK(f1.categories == std::vector<std::string>{"classifier only", "full"});
  REQUIRE(f1.series.size() == 2);
  CHECK(f1.series[1].name == "optimizer.lr = 2");
  CHECK(f1.series[1].points[0].y == 0.2);
  CHECK(f1.series[1].points[1].y == 0.6);
  const auto with = figures_by_setting(groups, &published_figures());
  CHECK(chart_of(with, "dev_f1-by-layers").categories ==
        std::vector<std::string>{"classifier only", "last 1", "last 3", "last 6", "last 9", "full"});
}

RunFiles with_rate(int learning, const std::string& rate, double f1, const std::string& plugin = "ner") {
  return made_run(learning, 1, {f1}, {{"optimizer.lr", rate}, {"head.plugin", plugin}});
}

TEST_CASE("F1 by an option that is a number has a series a setting", "[unit][report]") {
  std::vector runs = {with_rate(0, "0.01", 0.3), with_rate(0, "1e-04", 0.1), with_rate(0, "0.001", 0.2),
                      with_rate(3, "0.001", 0.5)};
  auto groups = compare(runs);
  const auto chart = f1_by_option(groups);
  CHECK(chart.id == "dev_f1-by-option");
  CHECK(chart.title == "F1 by optimizer.lr");
  CHECK(chart.note == "At the epoch whose model was kept, or the last.");
  CHECK(chart.x_scale == Axis::Scale::logarithmic);
  REQUIRE(chart.series.size() == 2);
  CHECK(chart.series[0].name == "classifier only");
  REQUIRE(chart.series[0].points.size() == 3);
  CHECK(chart.series[0].points[0].x == 1e-4);
  CHECK(chart.series[0].points[0].y == 0.1);
  CHECK(chart.series[0].points[2].y == 0.3);
  CHECK(chart.series[1].name == "last 3");
  // What else differs makes series of its own.
  runs.push_back(with_rate(0, "0.001", 0.4, "mix"));
  groups = compare(runs);
  const auto series = f1_by_option(groups).series;
  REQUIRE(series.size() == 3);
  CHECK(series[1].name == "classifier only, head.plugin = mix");
  CHECK(series[1].points.size() == 1);
}

TEST_CASE("F1 by an option is left out where nothing shows a course, or two do", "[unit][report]") {
  const auto is_empty = [](const std::vector<RunFiles>& runs) { return f1_by_option(compare(runs)).is_empty(); };
  CHECK(is_empty({}));
  CHECK(is_empty({with_rate(0, "1", 0.1), with_rate(0, "2", 0.1)}));
  CHECK(is_empty({with_rate(0, "1", 0.1), with_rate(0, "2", 0.1), with_rate(0, "\"auto\"", 0.1)}));
  CHECK(is_empty({with_rate(0, "1", 0.1, "1"), with_rate(0, "2", 0.1, "2"), with_rate(0, "3", 0.1, "3")}));
  CHECK_FALSE(is_empty({with_rate(0, "1", 0.1, "1"), with_rate(0, "2", 0.1, "2"), with_rate(0, "3", 0.1, "1")}));
}

// What was published counts F1 over one flat list.
TEST_CASE("published F1 stands beside a flat one where runs have it", "[unit][report]") {
  const std::vector without = {made_run(0, 1, {0.1})};
  auto flat = made_run(0, 1, {0.1});
  flat.epochs[0].figures["dev_f1_flat"] = 0.2;
  const std::vector with = {flat};
  const auto series = [](const std::vector<RunFiles>& runs, const std::string& id) {
    const auto groups = compare(runs);
    const auto charts = figures_by_epoch(groups, &published_figures());
    std::size_t shown = 0;
    for (const auto& each : chart_of(charts, id).series) shown += each.points.empty() ? 0 : 1;
    return shown;
  };
  CHECK(series(without, "dev_f1-by-epoch") == 2);
  CHECK(series(without, "dev_f1_flat-by-epoch") == 0);
  CHECK(series(with, "dev_f1-by-epoch") == 1);
  CHECK(series(with, "dev_f1_flat-by-epoch") == 2);
  CHECK(figures_by_setting(compare(without), &published_figures())[3].is_empty());
}

TEST_CASE("frontier joins what nothing beats in both", "[unit][report]") {
  // Seconds of a run are its epochs times (learning + 1).
  const std::vector runs = {made_run(0, 1, {0.3}), made_run(1, 1, {0.2}), made_run(2, 1, {0.6}), made_run(3, 1, {0.6})};
  const auto groups = compare(runs);
  const auto chart = frontier(groups);
  REQUIRE(chart.series.size() == 5);
  const auto& line = chart.series.front();
  CHECK(line.name == "frontier");
  REQUIRE(line.points.size() == 2);
  CHECK(line.points[0].x == 1);
  CHECK(line.points[1].x == 3);
  CHECK(line.points[1].y == 0.6);
  const std::vector none = {made_run(0, 1, {})};
  CHECK(frontier(compare(none)).is_empty());
}

TEST_CASE("each data set has a frontier of its own", "[unit][report]") {
  std::vector runs = {made_run(0, 1, {0.3}), made_run(1, 1, {0.5}), made_run(2, 1, {0.1}), made_run(3, 1, {0.2})};
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].options["data.train"] = i < 2 ? "\"a\"" : "\"b\"";
  runs.push_back(made_run(4, 1, {0.9}, {{"data.train", "\"c\""}}));
  const auto groups = compare(runs);
  std::vector<std::vector<Point>> lines;
  for (const auto& series : frontier(groups).series)
    if (series.name == "frontier") lines.push_back(series.points);
  REQUIRE(lines.size() == 2);  // one point alone is no line
  CHECK(lines[0].back().y == 0.2);
  CHECK(lines[1].back().y == 0.5);
}

TEST_CASE("predicted and measured stand beside each other where there is a prediction", "[unit][report]") {
  auto predicted = made_run(0, 1, {0.3});
  predicted.cost = CostFigures{1, 2, 3, 4};
  const std::vector runs = {predicted, made_run(1, 1, {0.3})};
  const auto groups = compare(runs);
  const auto chart = predicted_and_measured(groups);
  CHECK(chart.categories == std::vector<std::string>{"classifier only"});
  CHECK(chart.series[0].points[0].y == 2);
  CHECK(chart.series[1].points[0].y == 1);
}

}  // namespace
}  // namespace fthost::report
