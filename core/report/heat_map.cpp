#include "core/report/heat_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/report/axis.h"
#include "core/report/drawing.h"
#include "core/report/style.h"

namespace fthost::report {
namespace {

/// From the least to the greatest positive value, in steps of equal ratio.
class HeatScale {
 public:
  HeatScale() = default;
  explicit HeatScale(const HeatMap& map) {
    cover(map);
    if (map.span) std::tie(low_, high_) = *map.span;
  }

  void cover(const HeatMap& map) {
    for (const auto& row : map.cells)
      for (const auto& cell : row)
        if (cell && is_shown(*cell)) {
          low_ = std::min(low_, *cell);
          high_ = std::max(high_, *cell);
        }
  }

  static bool is_shown(double value) { return value > 0 && std::isfinite(value); }
  double low() const { return low_; }
  double high() const { return high_; }
  bool is_empty() const { return low_ > high_; }

  int step(double value) const {
    if (high_ <= low_) return kHeatSteps / 2;
    const double part = (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_));
    return std::clamp(static_cast<int>(part * kHeatSteps), 0, kHeatSteps - 1);
  }

 private:
  double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

class HeatDrawing {
 public:
  explicit HeatDrawing(const HeatMap& map) : map_(map), scale_(map) {
    for (const auto& row : map.rows) left_ = std::max(left_, width_of(cut(row, kLongestRow)) + 12);
    cell_width_ = (kWidth - left_ - 8) / static_cast<double>(std::max<std::size_t>(map.columns.size(), 1));
    cell_width_ = std::min(cell_width_, 60.0);
  }

  std::string draw(bool standalone) {
    const double bottom = kTop + kCell * static_cast<double>(map_.rows.size());
    svg_ = begin_svg(map_.id, map_.title, bottom + kNames + 12, standalone);
    draw_scale();
    for (std::size_t row = 0; row < map_.rows.size(); ++row) draw_row(row);
    for (std::size_t i = 0; i < map_.columns.size(); ++i) {
      const auto x = at(left_ + (static_cast<double>(i) + 0.5) * cell_width_), y = at(bottom + 12);
      svg_.element("text", cut(map_.columns[i], kLongestCategory),
                   {{"class", "tick"},
                    {"x", x},
                    {"y", y},
                    {"text-anchor", "end"},
                    {"transform", std::string("rotate(-45 ").append(x).append(" ").append(y).append(")")}});
    }
    svg_.close();
    return svg_.take();
  }

 private:
  static constexpr double kTop = 62, kCell = 20, kNames = 62, kStep = 22;
  static constexpr std::size_t kLongestRow = 34;

  /// The colours from least to most, with the values at both ends.
  void draw_scale() {
    double x = 4;
    const auto write = [&](const std::string& text) {
      svg_.element("text", text, {{"x", at(x)}, {"y", "44"}});
      x += width_of(text) + 8;
    };
    write(map_.unit + ":");
    if (scale_.is_empty()) return;
    write(figure_text(scale_.low(), 2));
    for (int i = 0; i < kHeatSteps; ++i) {
      svg_.empty(
          "rect",
          {{"class", "h" + std::to_string(i)}, {"x", at(x)}, {"y", "33"}, {"width", at(kStep)}, {"height", "14"}});
      x += kStep;
    }
    x += 8;
    write(figure_text(scale_.high(), 2));
  }

  void draw_row(std::size_t row) {
    const double y = kTop + kCell * static_cast<double>(row);
    svg_.element("text", cut(map_.rows[row], kLongestRow),
                 {{"class", "tick"}, {"x", at(left_ - 6)}, {"y", at(y + 14)}, {"text-anchor", "end"}});
    for (std::size_t column = 0; column < map_.columns.size(); ++column) {
      const auto& cell = map_.cells[row][column];
      if (!cell) continue;
      const bool shown = HeatScale::is_shown(*cell);
      svg_.open("rect", {{"class", shown ? "cell h" + std::to_string(scale_.step(*cell)) : "nothing"},
                         {"x", at(left_ + cell_width_ * static_cast<double>(column))},
                         {"y", at(y)},
                         {"width", at(cell_width_)},
                         {"height", at(kCell)}});
      svg_.element("title", map_.columns[column] + ", " + map_.rows[row] + ": " + figure_text(*cell)).close();
    }
  }

  const HeatMap& map_;
  HeatScale scale_;
  double left_ = 60, cell_width_ = 0;
  Markup svg_;
};

}  // namespace

bool HeatMap::is_empty() const {
  HeatScale own;
  own.cover(*this);
  return own.is_empty();
}

void share_span(std::vector<HeatMap>& maps) {
  HeatScale all;
  for (const auto& map : maps) all.cover(map);
  if (maps.size() < 2 || all.is_empty()) return;
  for (auto& map : maps) {
    map.span = {all.low(), all.high()};
    map.note += " The same colours as in the maps beside it.";
  }
}

std::string draw(const HeatMap& map, bool standalone) {
  return HeatDrawing(map).draw(standalone);
}

std::string table_of(const HeatMap& map) {
  Markup table;
  table.open("table");
  header_row(table, "", map.columns);
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    table.open("tr").element("td", map.rows[row]);
    for (const auto& cell : map.cells[row]) table.element("td", cell ? figure_text(*cell, 3) : "");
    table.close();
  }
  return table.close().take();
}

}  // namespace fthost::report
