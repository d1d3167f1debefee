#pragma once

/// The words of a line of text that is cut at blanks, as `fthost predict` and `fthost tokenize --words` do.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fthost {

/// Where a word stands in its line; the ends are excluded.
struct WordPlace {
  std::size_t begin = 0, end = 0;                       ///< In bytes.
  std::int64_t first_character = 0, end_character = 0;  ///< In code points.
};

/// Puts the places of the line's words into `places`, in place of what it held. Blanks are those of ASCII.
void find_words(std::string_view line, std::vector<WordPlace>& places);

}  // namespace fthost
