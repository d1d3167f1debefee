#include "core/cache/hash.h"

#include "tests/catch.h"

namespace fthost {

TEST_CASE("hash is XXH3 of 128 bits", "[unit][cache]") {
  // The value that xxhsum 0.8 gives for an empty file, and for the one byte "a".
  CHECK(hex(hash_of({})) == "99aa06d3014798d86001c324468d497f");
  const auto a = std::byte{'a'};
  CHECK(hex(hash_of(std::span(&a, 1))) == "a96faf705af16834e6c632b61e964e1f");
}

TEST_CASE("hash is read back from its digits, and from nothing else", "[unit][cache]") {
  const Hash128 hash{0x0123456789abcdef, 0xfedcba9876543210};
  CHECK(parse_hex(hex(hash)) == hash);
  for (const auto* text : {"", "0123456789abcdeffedcba987654321", "0123456789abcdeffedcba98765432100",
                           "0123456789ABCDEFfedcba9876543210", "0123456789abcde-fedcba9876543210"})
    CHECK_FALSE(parse_hex(text).has_value());
}

TEST_CASE("hasher tells parts apart and goes on from a copy", "[unit][cache]") {
  CHECK(Hasher().add("ab").add("c").digest() != Hasher().add("a").add("bc").digest());
  Hasher first;
  first.add("a").add(std::uint64_t{7});
  Hasher copy(first);
  CHECK(copy.add("b").digest() == Hasher().add("a").add(std::uint64_t{7}).add("b").digest());
  CHECK(first.digest() == Hasher().add("a").add(std::uint64_t{7}).digest());
}

}  // namespace fthost
