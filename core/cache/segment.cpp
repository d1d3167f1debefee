#include "core/cache/segment.h"

#include <fthost/error.h>

#include <bit>
#include <cstring>
#include <limits>
#include <string_view>

namespace fthost {
namespace {

static_assert(std::endian::native == std::endian::little, "segments are written as they lie in memory");

constexpr std::string_view kMagic = "FTHOSTC1";
constexpr std::size_t kHeader = 8 + 16 + 8 + 8;
constexpr std::size_t kEntry = 24;
constexpr std::size_t kChecksum = 16;
constexpr std::size_t kAlignment = 64;

std::size_t data_offset(std::size_t entries) {
  return (kHeader + entries * kEntry + kAlignment - 1) / kAlignment * kAlignment;
}

/// Reads numbers one after the other; the caller has checked that they are there.
class Cursor {
 public:
  explicit Cursor(const std::byte* at) : at_(at) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  Hash128 hash() {
    const auto high = number();
    return {high, number()};
  }

 private:
  const std::byte* at_;
};

void put(std::byte*& at, std::uint64_t number) {
  std::memcpy(at, &number, sizeof number);
  at += sizeof number;
}

void put(std::byte*& at, const Hash128& hash) {
  put(at, hash.high);
  put(at, hash.low);
}

std::uint64_t total_rows(std::span<const SegmentEntry> entries) {
  std::uint64_t rows = 0;
  for (const auto& entry : entries) rows += entry.rows;
  return rows;
}

}  // namespace

std::string segment_name(std::span<const SegmentEntry> entries) {
  Hasher hasher;
  for (const auto& entry : entries) hasher.add(entry.example.high).add(entry.example.low);
  return hex(hasher.digest()) + ".rows";
}

SegmentBuilder::SegmentBuilder(const Hash128& space, std::uint64_t row_bytes, std::span<const SegmentEntry> entries)
    : row_bytes_(row_bytes), entries_(entries.begin(), entries.end()), next_byte_(data_offset(entries.size())) {
  bytes_.resize(next_byte_ + total_rows(entries) * row_bytes + kChecksum);
  auto* at = bytes_.data();
  std::memcpy(at, kMagic.data(), kMagic.size());
  at += kMagic.size();
  put(at, space);
  put(at, row_bytes);
  put(at, entries.size());
  for (const auto& entry : entries) {
    put(at, entry.example);
    put(at, entry.rows);
  }
}

std::span<std::byte> SegmentBuilder::next() {
  const auto size = entries_.at(next_entry_++).rows * row_bytes_;
  const auto begin = next_byte_;
  next_byte_ += size;
  return std::span(bytes_).subspan(begin, size);
}

std::vector<std::byte> SegmentBuilder::build() {
  const auto size = bytes_.size() - kChecksum;
  auto* at = bytes_.data() + size;
  put(at, hash_of(std::span(bytes_).first(size)));
  return std::move(bytes_);
}

SegmentTable read_segment_table(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeader + kChecksum || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    throw Error("it does not begin as a segment of the cache does");
  SegmentTable table;
  Cursor header(bytes.data() + kMagic.size());
  table.space = header.hash();
  table.row_bytes = header.number();
  const auto count = header.number();
  if (table.row_bytes == 0) throw Error("its rows have no bytes");
  if (count > (bytes.size() - kHeader - kChecksum) / kEntry)
    throw Error("it is too short for the " + std::to_string(count) + " examples that it names");
  std::uint64_t left = 0;
  const auto begin = data_offset(count);
  if (bytes.size() >= begin + kChecksum) left = bytes.size() - begin - kChecksum;
  std::size_t offset = begin;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto example = header.hash();
    const auto rows = header.number();
    if (rows > left / table.row_bytes) throw Error("it is too short for the rows that it names");
    table.entries.push_back({example, rows});
    table.offsets.push_back(offset);
    offset += rows * table.row_bytes;
    left -= rows * table.row_bytes;
  }
  if (left != 0 || bytes.size() < begin + kChecksum) throw Error("it is longer or shorter than the rows that it names");
  return table;
}

bool segment_is_whole(std::span<const std::byte> bytes) {
  if (bytes.size() < kChecksum) return false;
  const auto size = bytes.size() - kChecksum;
  return Cursor(bytes.data() + size).hash() == hash_of(bytes.first(size));
}

}  // namespace fthost
