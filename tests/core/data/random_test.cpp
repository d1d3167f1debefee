#include "core/data/random.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "tests/catch.h"

TEST_CASE("draws are those of the published SplitMix64", "[unit][data]") {
  // The first numbers from the seed 1234567, as in the reference implementation's tests.
  fthost::Draws draws(1234567);
  const std::vector<std::uint64_t> expected = {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                               4593380528125082431U, 16408922859458223821U};
  for (const auto number : expected) CHECK(draws.next() == number);
}

TEST_CASE("bounded draws are fair where a remainder would not be", "[unit][data]") {
  // Of 3 * 2^62 numbers a remainder of 64 bits would give the first third twice as often as the others.
  const std::uint64_t n = std::uint64_t{3} << 62;
  fthost::Draws draws(7);
  const int count = 30000;
  int in_first_third = 0;
  for (int i = 0; i < count; ++i) {
    const auto drawn = draws.below(n);
    REQUIRE(drawn < n);
    if (drawn < n / 3) ++in_first_third;
  }
  // 6 standard deviations of a binomial distribution with p = 1/3.
  CHECK(std::abs(in_first_third - count / 3) < 490);
}

TEST_CASE("bounded draws stay below their bound", "[unit][data]") {
  fthost::Draws draws(1);
  for (std::uint64_t n = 1; n < 200; ++n)
    for (int i = 0; i < 20; ++i) CHECK(draws.below(n) < n);
}

TEST_CASE("a key of two numbers depends on their order", "[unit][data]") {
  CHECK(fthost::mix(1, 2) != fthost::mix(2, 1));
  CHECK(fthost::mix(0, 0) != 0);
}
