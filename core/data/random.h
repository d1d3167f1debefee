#pragma once

/// Random numbers without history: whoever draws starts from a key, so that nothing has to be saved or replayed, and
/// the same key gives the same numbers on every platform (std::uniform_int_distribution does not).

#include <cstdint>

namespace fthost {

/// The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a
/// bijection of 64-bit numbers in which each bit of the result depends on each of the argument.
std::uint64_t mix(std::uint64_t value);

/// One key from two. The order counts.
std::uint64_t mix(std::uint64_t a, std::uint64_t b);

/// The sequence SplitMix64 that starts from a key. Not for several threads at once.
class Draws {
 public:
  explicit Draws(std::uint64_t key) : state_(key) {}

  /// 64 uniform bits.
  std::uint64_t next();

  /// Uniform over 0 … n-1, without the bias of a remainder (Lemire, "Fast random integer generation in an interval",
  /// 2019). `n` must be 1 or more.
  std::uint64_t below(std::uint64_t n);

 private:
  std::uint64_t state_;
};

}  // namespace fthost
