#include "core/data/random.h"

namespace fthost {
namespace {

/// 2^64 divided by the golden ratio, odd: what SplitMix64 steps by.
constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;

__extension__ using Wide = unsigned __int128;

}  // namespace

std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

// The step keeps 0 from staying 0, and (a, b) from meeting (b, a).
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return mix(mix(a + kStep) ^ (b + kStep));
}

std::uint64_t Draws::next() {
  state_ += kStep;
  return mix(state_);
}

std::uint64_t Draws::below(std::uint64_t n) {
  // The high half of bits * n is the number. It would come a little too often for some of the low halves below
  // 2^64 mod n, so those are drawn again; the division is needed in rare cases only.
  auto product = static_cast<Wide>(next()) * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t unfair = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < unfair) product = static_cast<Wide>(next()) * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace fthost
