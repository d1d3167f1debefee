#include "core/report/chart.h"

#include <cmath>
#include <limits>

#include "core/report/style.h"

#include "tests/catch.h"

namespace fthost::report {
namespace {

Chart small_chart() {
  Chart chart;
  chart.id = "f1";
  chart.title = "F1 by epoch";
  chart.x_label = "epoch";
  chart.y_label = "entity F1";
  chart.series = {{"last <3>", 0, false, true, {{1, 0, 0, 0}, {2, 1, 1, 1}}}};
  return chart;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST_CASE("chart has title, units, legend and points where they belong", "[unit][report]") {
  const auto svg = draw(small_chart(), false);
  CHECK(count(svg, ">F1 by epoch<") == 2);  // for eyes, and for who has the page read aloud
  CHECK(count(svg, ">entity F1<") == 1);
  CHECK(count(svg, ">epoch<") == 1);
  CHECK(count(svg, ">last &lt;3&gt;<") == 1);
  CHECK(count(svg, "last <3>") == 0);
  // The plot is 440 wide from 66 on; epochs keep a margin of 4 %; it is 240 high, below title (26), legend (18) and 10.
  CHECK(count(svg, "d=\"M83.6 294L488.4 54\"") == 1);
  CHECK(svg.find("<style>") == std::string::npos);
  CHECK(draw(small_chart(), true).find("<style>:root{") != std::string::npos);
}

TEST_CASE("chart leaves a gap where a figure is not finite", "[unit][report]") {
  auto chart = small_chart();
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  chart.series[0].points = {{1, 0, 0, 0}, {2, nan, nan, nan}, {3, 1, 1, 1}, {4, infinity, infinity, infinity}};
  const auto svg = draw(chart, false);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(count(svg, "<path class=\"c0\"") == 3);  // legend, and two points
  CHECK_FALSE(chart.is_empty());
  chart.series[0].points = {{1, nan, nan, nan}};
  CHECK(chart.is_empty());
  CHECK(draw(chart, false).find("nan") == std::string::npos);
}

TEST_CASE("chart's spread is a bar that stays in the plot", "[unit][report]") {
  auto chart = small_chart();
  chart.series[0].points = {{1, 0.5, -0.5, 1.5}};
  const auto svg = draw(chart, false);
  CHECK(count(svg, "class=\"spread c0\"") == 1);
  CHECK(svg.find(">-0.5<") == std::string::npos);  // no figure is negative: the axis starts at 0
  CHECK(svg.find("M83.6 294V54") != std::string::npos);
}

TEST_CASE("chart's markers are hollow where they are for comparison", "[unit][report]") {
  auto chart = small_chart();
  const std::string solid = "<path class=\"c0\" d=", hollow = "<path class=\"c0\" style=\"fill:var(--paper)\" d=";
  CHECK(count(draw(chart, false), solid) == 3);  // legend, and two points
  CHECK(count(draw(chart, false), hollow) == 0);
  chart.series[0].is_dashed = true;
  CHECK(count(draw(chart, false), solid) == 0);
  CHECK(count(draw(chart, false), hollow) == 3);
}

TEST_CASE("chart's colours repeat with another marker", "[unit][report]") {
  auto chart = small_chart();
  chart.series[0].colour = kColours;
  const auto svg = draw(chart, false);
  CHECK(svg.find("class=\"line c0\"") != std::string::npos);
  CHECK(count(svg, "H87.6V298") == 1);  // a square, 8 wide
}

TEST_CASE("chart's legend has what is drawn, each once", "[unit][report]") {
  auto chart = small_chart();
  chart.series.push_back({"no points", 1, false, true, {}});
  chart.series.push_back({"not finite", 2, false, true, {{1, std::nan(""), 0, 0}}});
  for (const double y : {0.2, 0.4})
    chart.series.push_back({"frontier", kInk, true, true, {{1, y, y, y}, {2, y, y, y}}});
  const auto svg = draw(chart, false);
  CHECK(count(svg, "no points") == 0);
  CHECK(count(svg, "not finite") == 0);
  CHECK(count(svg, ">frontier</text>") == 1);
  CHECK(count(svg, "class=\"line ci dashed\"") == 3);
}

TEST_CASE("chart's legend keeps both ends of a long name", "[unit][report]") {
  auto chart = small_chart();
  chart.series[0].name = "last 3, data.train = \"/a/" + std::string(60, 'x') + "/one.conll\"";
  const auto svg = draw(chart, false);
  CHECK(svg.find(">last 3, data.train = ") != std::string::npos);
  CHECK(svg.find("/one.conll&quot;</text>") != std::string::npos);
}

TEST_CASE("chart's table has a row an x and a column a series", "[unit][report]") {
  auto chart = small_chart();
  chart.series.push_back({"published", 6, true, true, {{2, 0.5, 0.4, 0.6}}});
  chart.series.push_back({"without points", 7, true, true, {}});
  CHECK(table_of(chart) ==
        "<table><tr><th>epoch</th>\n<th>last &lt;3&gt;</th>\n<th>published</th>\n</tr>\n"
        "<tr><td>1</td>\n<td>0</td>\n<td></td>\n</tr>\n"
        "<tr><td>2</td>\n<td>1</td>\n<td>0.5 ± 0.1</td>\n</tr>\n</table>\n");
}

TEST_CASE("chart of points in a plane has a table of points", "[unit][report]") {
  auto chart = small_chart();
  chart.x = Chart::X::number;
  CHECK(table_of(chart) ==
        "<table><tr><th></th>\n<th>epoch</th>\n<th>entity F1</th>\n</tr>\n"
        "<tr><td>last &lt;3&gt;</td>\n<td>1</td>\n<td>0</td>\n</tr>\n"
        "<tr><td>last &lt;3&gt;</td>\n<td>2</td>\n<td>1</td>\n</tr>\n</table>\n");
}

TEST_CASE("chart's categories are named below, slanted when they are wide", "[unit][report]") {
  auto chart = small_chart();
  chart.x = Chart::X::categories;
  chart.categories = {"few", "all"};
  chart.series[0].points = {{0, 0, 0, 0}, {1, 1, 1, 1}};
  CHECK(draw(chart, false).find("rotate(-35") == std::string::npos);
  CHECK(table_of(chart).find("<td>few</td>") != std::string::npos);
  chart.categories = {"a name that is rather long and does not end", "and another one that is hardly any shorter"};
  const auto svg = draw(chart, false);
  CHECK(count(svg, "rotate(-35") == 2);
  CHECK(svg.find(">a name that is rather …<") != std::string::npos);
}

}  // namespace
}  // namespace fthost::report
