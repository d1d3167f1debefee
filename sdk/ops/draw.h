#pragma once

/// Random bits without history: hashes of where a number is used. The same words give the same bits on every machine.
/// No LibTorch here: the kernels include it.

#include <cstdint>

#ifdef __CUDACC__
#define FTHOST_HOST_DEVICE __host__ __device__
#define FTHOST_DEVICE __device__
#else
#define FTHOST_HOST_DEVICE
#define FTHOST_DEVICE
#endif

namespace fthost::ops {

inline constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15U;
inline constexpr std::uint64_t kFirstFactor = 0xBF58476D1CE4E5B9U;
inline constexpr std::uint64_t kSecondFactor = 0x94D049BB133111EBU;

/// Output number `b` of a SplitMix64 generator that starts at `a`; what ops::mix is.
[[gnu::always_inline]] FTHOST_HOST_DEVICE inline std::uint64_t mix_words(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = a + kGoldenGamma * (b + 1);
  z = (z ^ (z >> 30)) * kFirstFactor;
  z = (z ^ (z >> 27)) * kSecondFactor;
  return z ^ (z >> 31);
}

/// Dropout at one place of the model in one step. Column c of a row with key r draws half c % 2 (0: the low one) of
/// mix(mix(stream, r), c / 2) and is kept when that is not below the threshold.
struct Draw {
  std::uint64_t stream = 0;     ///< Hash of the place and the step.
  std::uint32_t threshold = 0;  ///< p * 2^32; 0: everything is kept.
  float scale = 1;              ///< 1 / (1 - p): what is kept is multiplied with it.
};

/// What a row's columns draw from.
[[gnu::always_inline]] FTHOST_HOST_DEVICE inline std::uint64_t row_stream(const Draw& draw, std::int64_t row_key) {
  return mix_words(draw.stream, static_cast<std::uint64_t>(row_key));
}

}  // namespace fthost::ops
