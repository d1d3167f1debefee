#pragma once

/// Colours and type: one look for the page and for charts that are saved alone. Light and dark follow what the reader's
/// system prefers; on paper it is always light.

#include <string_view>

namespace fthost::report {

/// Colours of series (classes c0 … c7) before they repeat with another marker; the palette of Okabe and Ito (2008),
/// which people with the usual kinds of colour blindness tell apart, without its yellow.
inline constexpr int kColours = 7;
/// Steps of a heat map, classes h0 (least) … h8 (most).
inline constexpr int kHeatSteps = 9;

/// Rules for the contents of an <svg class="chart">, with the variables that they use.
std::string_view chart_style();
/// Rules for the rest of the page.
std::string_view page_style();

}  // namespace fthost::report
