#pragma once

/// Charts as SVG. Written by hand: what there is of charting libraries for C++ draws through a window system or asks a
/// gnuplot process, and none of them writes a picture that follows the reader's light or dark. No LibTorch.

#include <string>
#include <vector>

#include "core/report/axis.h"

namespace fthost::report {

struct Point {
  double x = 0;  ///< Where there are categories: the index of one.
  double y = 0;
  double low = 0, high = 0;  ///< The spread around y; both equal to y: none.
};

struct Series {
  std::string name;
  int colour = 0;          ///< Repeats after kColours, with another marker; or kInk.
  bool is_dashed = false;  ///< Published and other figures for comparison: thin, hollow.
  bool has_line = true;    ///< Joins its points in their order.
  std::vector<Point> points;
};

/// Lines and points over epochs, over categories or over a number.
struct Chart {
  std::string id;  ///< Unique in a page; also the name of its file.
  std::string title;
  std::string note;              ///< Below the title: what the figures are.
  std::string x_label, y_label;  ///< With units: "F1 on dev", "training time (s)".
  enum class X { epochs, categories, number } x = X::epochs;
  Axis::Scale x_scale = Axis::Scale::linear;  ///< Of X::number.
  Axis::Scale y_scale = Axis::Scale::linear;
  std::vector<std::string> categories;
  std::vector<Series> series;

  /// Is there a point that can be drawn?
  bool is_empty() const;
};

/// The chart as an <svg> element with title and legend. `standalone`: as a file of its own, with its colours in it.
std::string draw(const Chart& chart, bool standalone);

/// The figures of the chart as a <table>.
std::string table_of(const Chart& chart);

}  // namespace fthost::report
