#include "core/cache/segment.h"

#include <fthost/error.h>

#include <rapidcheck.h>

#include <cstring>
#include <limits>

#include "tests/catch.h"
#include "tests/core/cache/rows.h"

namespace fthost {
namespace {

constexpr Hash128 kSpace{11, 22};

/// What read_segment_table says of the bytes; empty when it takes them.
std::string complaint(std::span<const std::byte> bytes) {
  try {
    read_segment_table(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A segment of the examples 3 and 4 with one of its numbers changed.
std::vector<std::byte> with_number(std::size_t offset, std::uint64_t number) {
  auto bytes = segment_of(kSpace, {3, 4});
  std::memcpy(bytes.data() + offset, &number, sizeof number);
  return bytes;
}

}  // namespace

TEST_CASE("segment gives back what was put into it", "[unit][cache]") {
  CHECK(rc::check("round trip", [] {
    const auto examples = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 200));
    const auto bytes = segment_of(kSpace, examples);
    RC_ASSERT(segment_is_whole(bytes));
    const auto table = read_segment_table(bytes);
    RC_ASSERT(table.space == kSpace);
    RC_ASSERT(table.row_bytes == kRowBytes);
    RC_ASSERT(table.entries.size() == examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i) {
      RC_ASSERT(table.entries[i].example == example_key(examples[i]));
      const auto rows = rows_of(examples[i]);
      RC_ASSERT(std::memcmp(bytes.data() + table.offsets[i], rows.data(), rows.size()) == 0);
      RC_ASSERT(table.entries[i].rows * kRowBytes == rows.size());
    }
  }));
}

TEST_CASE("segment's rows begin at a cache line", "[unit][cache]") {
  CHECK(read_segment_table(segment_of(kSpace, {1, 2, 3})).offsets.front() % 64 == 0);
}

TEST_CASE("segment of any other length is refused", "[unit][cache]") {
  const auto bytes = segment_of(kSpace, {1, 2, 3});
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(complaint(std::span(bytes).first(size)).empty());
  auto longer = bytes;
  longer.push_back({});
  CHECK_FALSE(complaint(longer).empty());
}

TEST_CASE("segment with any bit changed is noticed", "[unit][cache]") {
  const auto whole = segment_of(kSpace, {1, 2, 3});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    auto bytes = whole;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    CHECK_FALSE(segment_is_whole(bytes));
  }
}

TEST_CASE("segment says what is wrong with it", "[unit][cache]") {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(complaint(with_number(0, 0)) == "it does not begin as a segment of the cache does");
  CHECK(complaint(with_number(24, 0)) == "its rows have no bytes");
  CHECK(complaint(with_number(24, most)) == "it is too short for the rows that it names");
  CHECK(complaint(with_number(32, most)) == "it is too short for the 18446744073709551615 examples that it names");
  CHECK(complaint(with_number(40 + 16, most)) == "it is too short for the rows that it names");
  CHECK(complaint(with_number(40 + 16, 1)) == "it is longer or shorter than the rows that it names");
}

TEST_CASE("segment is named by the examples in it", "[unit][cache]") {
  CHECK(segment_name(entries_of({1, 2})) == segment_name(entries_of({1, 2})));
  CHECK(segment_name(entries_of({1, 2})) != segment_name(entries_of({2, 1})));
  CHECK(segment_name(entries_of({1})).ends_with(".rows"));
}

}  // namespace fthost
