#pragma once

/// What all charts are drawn with. Coordinates are pixels of the viewBox; pages scale it to the room that there is.

#include <string>
#include <string_view>
#include <vector>

#include "core/report/markup.h"

namespace fthost::report {

inline constexpr double kWidth = 520;                ///< Of every chart.
inline constexpr std::size_t kLongestLine = 66;      ///< Letters that fit into kWidth.
inline constexpr std::size_t kLongestCategory = 22;  ///< Letters of a name below a chart.

/// The first letters of a text, and "…" where there are more.
std::string cut(std::string_view text, std::size_t letters);

/// The same with the "…" in the middle.
std::string cut_middle(std::string_view text, std::size_t letters);

/// A coordinate, to a tenth of a pixel.
std::string at(double pixels);

/// About how wide a text in a chart is.
double width_of(std::string_view text);

/// The start of a chart: the <svg> element is open, and the title stands in it. `standalone`: with its colours.
Markup begin_svg(const std::string& id, const std::string& title, double height, bool standalone);

/// A table's first row.
void header_row(Markup& table, const std::string& first, const std::vector<std::string>& names);

}  // namespace fthost::report
