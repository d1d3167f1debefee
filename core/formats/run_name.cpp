#include "core/formats/run_name.h"

#include <algorithm>

namespace fthost {

bool is_run_name(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return name.size() <= kLongest && !name.starts_with('-') && std::all_of(name.begin(), name.end(), is_plain) &&
         name.find_first_not_of('.') != std::string_view::npos;
}

}  // namespace fthost
