#pragma once

/// A segment: the rows of some examples in one block of bytes, which is what its file holds. Written once, whole, and
/// never changed.
///
///   bytes     what (numbers are little-endian)
///   8         "FTHOSTC1"
///   16        key of the space that it belongs to
///   8         bytes of a row
///   8         number of examples
///   24 each   key of the example (16), its rows (8)
///   padding   zeros up to a multiple of 64
///   …         the rows, example by example
///   16        XXH3-128 of all before

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/cache/hash.h"

namespace fthost {

/// One example's part.
struct SegmentEntry {
  Hash128 example;
  std::uint64_t rows = 0;
};

/// The name of the file that holds these examples: whoever computes the same ones makes the same name.
std::string segment_name(std::span<const SegmentEntry> entries);

/// Builds a segment. Rows are added in the order of the entries.
class SegmentBuilder {
 public:
  SegmentBuilder(const Hash128& space, std::uint64_t row_bytes, std::span<const SegmentEntry> entries);

  /// Where the rows of the next example go: entry.rows * row_bytes, to be filled before build().
  std::span<std::byte> next();
  /// The whole segment, checksum included. The builder is empty afterwards.
  std::vector<std::byte> build();

 private:
  std::uint64_t row_bytes_;
  std::vector<SegmentEntry> entries_;
  std::vector<std::byte> bytes_;
  std::size_t next_entry_ = 0;
  std::size_t next_byte_ = 0;
};

/// What a segment says of itself: sizes checked, so that every entry's rows lie within it.
struct SegmentTable {
  Hash128 space;
  std::uint64_t row_bytes = 0;
  std::vector<SegmentEntry> entries;
  std::vector<std::size_t> offsets;  ///< Where each entry's rows begin.
};

/// Throws Error saying what is wrong with the bytes; the checksum is not looked at.
SegmentTable read_segment_table(std::span<const std::byte> bytes);

/// Is the checksum that of the bytes? Reads all of them.
bool segment_is_whole(std::span<const std::byte> bytes);

}  // namespace fthost
