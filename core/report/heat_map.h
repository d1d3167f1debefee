#pragma once

/// A table of colours.

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fthost::report {

/// Values as colours, on a logarithmic scale.
struct HeatMap {
  std::string id;
  std::string title;
  std::string note;
  std::string unit;  ///< What the colours stand for.
  std::vector<std::string> rows, columns;
  std::vector<std::vector<std::optional<double>>> cells;  ///< By row and column; none: there is no such thing.
  std::optional<std::pair<double, double>> span;  ///< Of its colours, positive; none: that of its positive cells.

  bool is_empty() const;
};

/// Gives maps that stand side by side the span of all of them, and says so in their notes.
void share_span(std::vector<HeatMap>& maps);

/// The map as an <svg> element with title and scale. `standalone`: as a file of its own, with its colours in it.
std::string draw(const HeatMap& map, bool standalone);

/// Its figures as a <table>.
std::string table_of(const HeatMap& map);

}  // namespace fthost::report
