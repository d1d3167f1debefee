#include "core/report/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/report/drawing.h"
#include "core/report/style.h"

namespace fthost::report {
namespace {

// In pixels of the viewBox; pages scale it to the room that there is.
constexpr double kPlotHeight = 240;
constexpr double kLeft = 66, kRight = 14, kTitle = 26, kLegendRow = 18, kBelow = 48;
constexpr double kSlanted = 62;  ///< Further room below for slanted names of categories.
constexpr int kMarkers = 4;

std::string colour_class(const Series& series) {
  return series.colour == kInk ? "ci" : "c" + std::to_string(series.colour % kColours);
}

/// What a legend has room for. Names that are long differ at their ends as often as at their starts.
std::string legend_text(const Series& series) {
  return cut_middle(series.name, kLongestLine);
}

/// A path around (x, y): a circle, square, triangle or diamond.
std::string marker_path(int shape, double x, double y) {
  const auto xy = [&](double dx, double dy) { return at(x + dx) + " " + at(y + dy); };
  switch (shape) {
    case 1:
      return "M" + xy(-4, -4) + "H" + at(x + 4) + "V" + at(y + 4) + "H" + at(x - 4) + "Z";
    case 2:
      return "M" + xy(0, -5) + "L" + xy(5, 4) + "L" + xy(-5, 4) + "Z";
    case 3:
      return "M" + xy(0, -6) + "L" + xy(5, 0) + "L" + xy(0, 6) + "L" + xy(-5, 0) + "Z";
    default:
      return "M" + xy(-4, 0) + "a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z";
  }
}

class ChartDrawing {
 public:
  explicit ChartDrawing(const Chart& chart) : chart_(chart), y_axis_(axis_over_y()), x_axis_(axis_over_x()) {
    slanted_ = chart.x == Chart::X::categories && categories_are_wide();
    top_ = kTitle + legend_height() + 10;
    bottom_ = top_ + kPlotHeight;
  }

  std::string draw(bool standalone) {
    const double height = bottom_ + kBelow + (slanted_ ? kSlanted - 18 : 0);
    svg_ = begin_svg(chart_.id, chart_.title, height, standalone);
    draw_legend();
    draw_y_axis();
    draw_x_axis();
    for (const auto& series : chart_.series) draw_series(series);
    svg_.close();
    return svg_.take();
  }

 private:
  double plot_width() const { return kWidth - kLeft - kRight; }
  double y_place(double y) const { return bottom_ - y_axis_.place(y) * kPlotHeight; }
  double x_place(double x) const {
    if (chart_.x != Chart::X::categories) return kLeft + (0.04 + 0.92 * x_axis_.place(x)) * plot_width();
    return kLeft + (x + 0.5) / static_cast<double>(chart_.categories.size()) * plot_width();
  }

  bool shows(const Point& point) const {
    return y_axis_.shows(point.y) && (chart_.x != Chart::X::number || x_axis_.shows(point.x));
  }

  /// Calls `take` with what the axis has to cover.
  template <class Take>
  void each_value(const Take& take) const {
    for (const auto& series : chart_.series)
      for (const auto& point : series.points) take(point);
  }

  Axis axis_over_y() const {
    Axis probe(chart_.y_scale, 1, 2);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    each_value([&](const Point& point) {
      for (const double y : {point.y, point.low, point.high})
        if (probe.shows(y) && probe.shows(point.y)) {
          low = std::min(low, y);
          high = std::max(high, y);
        }
    });
    if (low > high) return probe;
    return {chart_.y_scale, none_is_negative() ? std::max(low, 0.0) : low, high};
  }

  bool none_is_negative() const {
    bool none = true;
    each_value([&](const Point& point) { none = none && !(point.y < 0); });
    return none;
  }

  Axis axis_over_x() const {
    Axis probe(chart_.x_scale, 1, 2);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    each_value([&](const Point& point) {
      if (!probe.shows(point.x)) return;
      low = std::min(low, point.x);
      high = std::max(high, point.x);
    });
    if (low > high) return probe;
    return chart_.x == Chart::X::number ? Axis(chart_.x_scale, low, high) : Axis::epochs(static_cast<int>(high));
  }

  bool categories_are_wide() const {
    double width = 0;
    for (const auto& name : chart_.categories) width = std::max(width, width_of(name));
    return (width + 6) * static_cast<double>(chart_.categories.size()) > plot_width();
  }

  /// What is drawn; of series of one name and look the first.
  std::vector<const Series*> series_of_legend() const {
    std::vector<const Series*> listed;
    for (const auto& series : chart_.series) {
      const auto is_same = [&](const Series* each) {
        return each->name == series.name && each->colour == series.colour && each->is_dashed == series.is_dashed;
      };
      const auto is_shown = [&](const Point& point) { return shows(point); };
      if (std::ranges::any_of(series.points, is_shown) && std::ranges::none_of(listed, is_same))
        listed.push_back(&series);
    }
    return listed;
  }

  /// Calls `place(series, x, row)` for each name in the legend; returns the number of rows.
  template <class Place>
  int lay_legend(const Place& place) const {
    double x = 4;
    int row = 0;
    const auto all = series_of_legend();
    for (const auto* each : all) {
      const auto& series = *each;
      const double width = 34 + width_of(legend_text(series));
      if (x > 4 && x + width > kWidth) {
        x = 4;
        ++row;
      }
      place(series, x, row);
      x += width;
    }
    return all.empty() ? 0 : row + 1;
  }

  double legend_height() const {
    return kLegendRow * lay_legend([](const Series&, double, int) {});
  }

  void draw_legend() {
    lay_legend([&](const Series& series, double x, int row) {
      const double y = kTitle + kLegendRow * (row + 0.5);
      if (series.has_line) draw_line(series, "M" + at(x) + " " + at(y) + "H" + at(x + 22));
      draw_marker(series, x + 11, y, "");
      svg_.element("text", legend_text(series), {{"x", at(x + 27)}, {"y", at(y + 4.5)}});
    });
  }

  void draw_y_axis() {
    for (const auto& tick : y_axis_.ticks()) {
      const auto y = at(y_place(tick.value));
      svg_.empty("path", {{"class", "grid"}, {"d", "M" + at(kLeft) + " " + y + "H" + at(kWidth - kRight)}});
      svg_.element(
          "text", tick.label,
          {{"class", "tick"}, {"x", at(kLeft - 6)}, {"y", at(y_place(tick.value) + 4)}, {"text-anchor", "end"}});
    }
    const auto middle = at((top_ + bottom_) / 2);
    svg_.element(
        "text", cut(chart_.y_label, kLongestLine),
        {{"x", "12"}, {"y", middle}, {"text-anchor", "middle"}, {"transform", "rotate(-90 12 " + middle + ")"}});
  }

  void draw_x_axis() {
    svg_.empty("path", {{"class", "axis"}, {"d", "M" + at(kLeft) + " " + at(bottom_) + "H" + at(kWidth - kRight)}});
    if (chart_.x == Chart::X::categories) {
      for (std::size_t i = 0; i < chart_.categories.size(); ++i)
        draw_x_tick(x_place(static_cast<double>(i)), cut(chart_.categories[i], kLongestCategory));
    } else {
      for (const auto& tick : x_axis_.ticks()) draw_x_tick(x_place(tick.value), tick.label);
    }
    svg_.element("text", cut(chart_.x_label, kLongestLine),
                 {{"x", at(kLeft + plot_width() / 2)},
                  {"y", at(bottom_ + 38 + (slanted_ ? kSlanted - 18 : 0))},
                  {"text-anchor", "middle"}});
  }

  void draw_x_tick(double x, const std::string& label) {
    svg_.empty("path", {{"class", "axis"}, {"d", "M" + at(x) + " " + at(bottom_) + "v4"}});
    if (!slanted_) {
      svg_.element("text", label,
                   {{"class", "tick"}, {"x", at(x)}, {"y", at(bottom_ + 17)}, {"text-anchor", "middle"}});
      return;
    }
    const auto y = at(bottom_ + 14);
    svg_.element("text", label,
                 {{"class", "tick"},
                  {"x", at(x)},
                  {"y", y},
                  {"text-anchor", "end"},
                  {"transform", "rotate(-35 " + at(x) + " " + y + ")"}});
  }

  void draw_line(const Series& series, const std::string& path) {
    svg_.empty("path", {{"class", "line " + colour_class(series) + (series.is_dashed ? " dashed" : "")},
                        {"style", "fill:none"},
                        {"d", path}});
  }

  void draw_marker(const Series& series, double x, double y, const std::string& says) {
    const auto path = marker_path(std::max(series.colour, 0) / kColours % kMarkers, x, y);
    if (series.is_dashed)
      svg_.open("path", {{"class", colour_class(series)}, {"style", "fill:var(--paper)"}, {"d", path}});
    else
      svg_.open("path", {{"class", colour_class(series)}, {"d", path}});
    if (!says.empty()) svg_.element("title", says);
    svg_.close();
  }

  void draw_series(const Series& series) {
    if (series.has_line) draw_lines(series);
    for (const auto& point : series.points) {
      if (!shows(point)) continue;
      const double x = x_place(point.x);
      if (point.low < point.high && y_axis_.shows(point.high))
        svg_.empty("path", {{"class", "spread " + colour_class(series)},
                            {"d", "M" + at(x) + " " + at(std::min(y_place(point.low), bottom_)) + "V" +
                                      at(y_place(point.high))}});
      draw_marker(series, x, y_place(point.y), series.name + ": " + figure_text(point.y));
    }
  }

  /// A gap where a point cannot be shown.
  void draw_lines(const Series& series) {
    std::string path;
    bool joined = false;
    for (const auto& point : series.points) {
      if (shows(point)) path += (joined ? "L" : "M") + at(x_place(point.x)) + " " + at(y_place(point.y));
      joined = shows(point);
    }
    if (!path.empty()) draw_line(series, path);
  }

  const Chart& chart_;
  Axis y_axis_, x_axis_;
  bool slanted_ = false;
  double top_ = 0, bottom_ = 0;
  Markup svg_;
};

/// A number with its spread, when it has one.
std::string cell_text(const Point& point) {
  if (!(point.low < point.high)) return figure_text(point.y);
  return figure_text(point.y) + " ± " + figure_text(point.high - point.y, 2);
}

/// The x values of all series, each once, in order.
std::vector<double> xs_of(const Chart& chart) {
  std::vector<double> xs;
  for (const auto& series : chart.series)
    for (const auto& point : series.points) xs.push_back(point.x);
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
  return xs;
}

/// Points of a plane have no common x: a row each.
std::string list_of_points(const Chart& chart) {
  Markup table;
  table.open("table");
  header_row(table, "", {chart.x_label, chart.y_label});
  for (const auto& series : chart.series)
    for (const auto& point : series.points)
      table.open("tr")
          .element("td", series.name)
          .element("td", figure_text(point.x))
          .element("td", cell_text(point))
          .close();
  return table.close().take();
}

}  // namespace

bool Chart::is_empty() const {
  return std::all_of(series.begin(), series.end(), [](const Series& each) {
    return std::none_of(each.points.begin(), each.points.end(), [](const Point& p) { return std::isfinite(p.y); });
  });
}

std::string draw(const Chart& chart, bool standalone) {
  return ChartDrawing(chart).draw(standalone);
}

std::string table_of(const Chart& chart) {
  if (chart.x == Chart::X::number) return list_of_points(chart);
  std::vector<const Series*> columns;
  std::vector<std::string> names;
  for (const auto& series : chart.series) {
    if (series.points.empty()) continue;
    columns.push_back(&series);
    names.push_back(series.name);
  }
  Markup table;
  table.open("table");
  header_row(table, chart.x_label, names);
  for (const double x : xs_of(chart)) {
    const bool is_name = chart.x == Chart::X::categories;
    table.open("tr").element("td", is_name ? chart.categories[static_cast<std::size_t>(x)] : figure_text(x, 9));
    for (const auto* series : columns) {
      std::string cell;
      for (const auto& point : series->points)
        if (point.x == x) cell += (cell.empty() ? "" : ", ") + cell_text(point);
      table.element("td", cell);
    }
    table.close();
  }
  return table.close().take();
}

}  // namespace fthost::report
