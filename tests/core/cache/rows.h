#pragma once

/// Segments of bytes that tell where they are from.

#include <cstddef>
#include <string>
#include <vector>

#include "core/cache/segment.h"

namespace fthost {

inline constexpr std::uint64_t kRowBytes = 12;

inline Hash128 example_key(std::uint64_t number) {
  return {number * 1000003, number};
}

/// Example n has n % 5 + 1 rows, all of whose bytes are n.
inline std::vector<SegmentEntry> entries_of(const std::vector<std::uint64_t>& examples) {
  std::vector<SegmentEntry> entries;
  for (const auto n : examples) entries.push_back({example_key(n), n % 5 + 1});
  return entries;
}

inline std::vector<std::byte> rows_of(std::uint64_t n) {
  return std::vector<std::byte>((n % 5 + 1) * kRowBytes, static_cast<std::byte>(n));
}

inline std::vector<std::byte> segment_of(const Hash128& space, const std::vector<std::uint64_t>& examples) {
  SegmentBuilder builder(space, kRowBytes, entries_of(examples));
  for (const auto n : examples) {
    const auto to = builder.next();
    std::fill(to.begin(), to.end(), static_cast<std::byte>(n));
  }
  return builder.build();
}

}  // namespace fthost
