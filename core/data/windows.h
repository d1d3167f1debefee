#pragma once

/// How a sentence that is too long becomes windows that overlap. Knows sizes only.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fthost {

/// A window over the words begin … end-1, of which speak_begin … speak_end-1 speak in it: one or more.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t speak_begin = 0;
  std::size_t speak_end = 0;

  bool operator==(const Window&) const = default;
};

/// Cuts a sentence by the rules that make_examples states. `sizes`: tokens of each word, from 1 to `room`. One window
/// over the whole when that fits.
std::vector<Window> cut_windows(std::span<const std::int32_t> sizes, std::int64_t room);

}  // namespace fthost
