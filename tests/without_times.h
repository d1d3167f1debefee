#pragma once

/// Times differ from run to run: what compares whole texts takes them out.

#include <algorithm>
#include <string>
#include <string_view>

namespace fthost {

/// `text` with TIME for every time of the form that utc_text gives.
inline std::string without_times(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  const auto fits = [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; };
  std::string result;
  while (!text.empty()) {
    const auto start = text.substr(0, form.size());
    const bool is_time = std::equal(start.begin(), start.end(), form.begin(), form.end(), fits);
    result += is_time ? "TIME" : std::string(1, text.front());
    text.remove_prefix(is_time ? form.size() : 1);
  }
  return result;
}

}  // namespace fthost
