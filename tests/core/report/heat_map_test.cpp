#include "core/report/heat_map.h"

#include <cmath>

#include "tests/catch.h"

namespace fthost::report {
namespace {

HeatMap small_map() {
  HeatMap map;
  map.id = "m";
  map.title = "Drift";
  map.unit = "base drift";
  map.rows = {"a<b", "c"};
  map.columns = {"0", "1", "head"};
  map.cells = {{1e-8, 1e-4, 0.0}, {{}, 1.0, std::nan("")}};
  return map;
}

TEST_CASE("heat map colours by the logarithm, and outlines what did not move", "[unit][report]") {
  const auto svg = draw(small_map(), false);
  CHECK(svg.find("class=\"cell h0\"") != std::string::npos);
  CHECK(svg.find("class=\"cell h4\"") != std::string::npos);  // the middle of eight decades
  CHECK(svg.find("class=\"cell h8\"") != std::string::npos);
  CHECK(svg.find("<title>head, a&lt;b: 0</title>") != std::string::npos);
  std::size_t outlined = 0;
  for (auto at = svg.find("\"nothing\""); at != std::string::npos; at = svg.find("\"nothing\"", at + 1)) ++outlined;
  CHECK(outlined == 2);
  CHECK(svg.find(">1e-08<") != std::string::npos);
}

TEST_CASE("heat map's table has all of its figures", "[unit][report]") {
  CHECK(table_of(small_map()) ==
        "<table><tr><th></th>\n<th>0</th>\n<th>1</th>\n<th>head</th>\n</tr>\n"
        "<tr><td>a&lt;b</td>\n<td>1e-08</td>\n<td>0.0001</td>\n<td>0</td>\n</tr>\n"
        "<tr><td>c</td>\n<td></td>\n<td>1</td>\n<td>nan</td>\n</tr>\n</table>\n");
}

TEST_CASE("heat maps side by side have one scale", "[unit][report]") {
  std::vector maps = {small_map(), small_map()};
  maps[1].cells = {{1e-4, {}, {}}, {{}, {}, 1e8}};
  share_span(maps);
  for (const auto& map : maps) {
    CHECK(map.span == std::pair(1e-8, 1e8));
    CHECK(map.note == " The same colours as in the maps beside it.");
    const auto svg = draw(map, false);
    CHECK(svg.find(">1e-08</text>") != std::string::npos);
    CHECK(svg.find(">1e+08</text>") != std::string::npos);
  }
  CHECK(draw(maps[0], false).find("class=\"cell h8\"") == std::string::npos);  // its greatest is the middle of them
  CHECK(draw(maps[1], false).find("class=\"cell h0\"") == std::string::npos);
  auto empty = small_map();
  empty.cells = {{}, {}};
  maps.push_back(empty);
  share_span(maps);
  CHECK(maps[2].is_empty());
  std::vector alone = {small_map()};
  share_span(alone);
  CHECK_FALSE(alone[0].span);
  CHECK(alone[0].note.empty());
}

TEST_CASE("heat map without a positive value is empty", "[unit][report]") {
  auto map = small_map();
  map.cells = {{0.0, 0.0, 0.0}, {{}, {}, {}}};
  CHECK(map.is_empty());
  CHECK_FALSE(draw(map, true).empty());
  CHECK_FALSE(small_map().is_empty());
}

}  // namespace
}  // namespace fthost::report
