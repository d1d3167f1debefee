#pragma once

/// Colours and type: one look for the page and for charts that are saved alone. Light and dark follow what the reader's
/// system prefers; on paper it is always light.

#include <string_view>

namespace fthost::report {

/// Colours of series (classes c0 … c5) before they repeat with another marker: after the palette of Okabe and Ito
/// (2008), which people with the usual kinds of colour blindness tell apart, with grey for its yellow and its light
/// blue.
inline constexpr int kColours = 6;
/// In place of a number of those: the colour of text (class ci), for what is no run.
inline constexpr int kInk = -1;
/// Steps of a heat map, classes h0 (least) … h8 (most).
inline constexpr int kHeatSteps = 9;

/// Rules for the contents of an <svg class="chart">, with the variables that they use.
std::string_view chart_style();
/// Rules for the rest of the page.
std::string_view page_style();

}  // namespace fthost::report
