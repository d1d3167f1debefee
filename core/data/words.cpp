#include "core/data/words.h"

#include <algorithm>

#include "core/formats/utf8.h"

namespace fthost {

void find_words(std::string_view line, std::vector<WordPlace>& places) {
  constexpr std::string_view kBlanks = " \t\v\f\r";
  places.clear();
  std::size_t at = 0;
  std::int64_t character = 0;
  for (auto begin = line.find_first_not_of(kBlanks); begin != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(kBlanks, begin), line.size());
    const auto first = character + static_cast<std::int64_t>(begin - at);  // blanks are a byte each
    character = first + static_cast<std::int64_t>(utf8::count(line.substr(begin, end - begin)));
    places.push_back({begin, end, first, character});
    at = end;
    begin = line.find_first_not_of(kBlanks, end);
  }
}

}  // namespace fthost
