#pragma once

/// Sixteen numbers at a time, by the compiler's vector types: one register or several, whatever the level of
/// instructions has. Only for the kernels' own files, which are compiled for several levels: all of it has internal
/// linkage, so that no level's code ends up in another's.

#include <cstdint>

#include "sdk/ops/kernels.h"

#define FTHOST_INLINE [[gnu::always_inline]] static inline

namespace fthost::ops {
namespace {

constexpr std::int64_t kLanes = 16;

using Floats = float __attribute__((vector_size(64)));
using Ints = std::int32_t __attribute__((vector_size(64)));
using Bits = std::uint32_t __attribute__((vector_size(64)));
using Halves = std::uint16_t __attribute__((vector_size(32)));
using Words = std::uint64_t __attribute__((vector_size(64)));

constexpr Ints kLaneNumbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

FTHOST_INLINE Floats all(float value) {
  return Floats{} + value;
}

FTHOST_INLINE Floats load(const float* from) {
  Floats lanes;
  __builtin_memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

FTHOST_INLINE void store(float* to, Floats lanes) {
  __builtin_memcpy(to, &lanes, sizeof(lanes));
}

FTHOST_INLINE Floats load(const Bf16* from) {
  Halves halves;
  __builtin_memcpy(&halves, from, sizeof(halves));
  const Bits bits = __builtin_convertvector(halves, Bits) << 16;
  Floats lanes;
  __builtin_memcpy(&lanes, &bits, sizeof(lanes));
  return lanes;
}

/// Rounds to the nearest, ties to even.
FTHOST_INLINE void store(Bf16* to, Floats lanes) {
  Bits bits;
  __builtin_memcpy(&bits, &lanes, sizeof(bits));
  const Bits rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  const Bits quiet = (bits >> 16) | 0x40;  // rounding could make an infinity of a NaN
  const Halves halves = __builtin_convertvector(lanes == lanes ? rounded : quiet, Halves);
  __builtin_memcpy(to, &halves, sizeof(halves));
}

/// The first `count` lanes, the others 0.
template <class T>
FTHOST_INLINE Floats load_first(const T* from, std::int64_t count) {
  if (count >= kLanes) return load(from);
  T some[kLanes] = {};
  __builtin_memcpy(some, from, static_cast<std::size_t>(count) * sizeof(T));
  return load(some);
}

template <class T>
FTHOST_INLINE void store_first(T* to, Floats lanes, std::int64_t count) {
  if (count >= kLanes) return store(to, lanes);
  T some[kLanes];
  store(some, lanes);
  __builtin_memcpy(to, some, static_cast<std::size_t>(count) * sizeof(T));
}

/// Lanes from `count` on become 0.
FTHOST_INLINE Floats keep_first(Floats lanes, std::int64_t count) {
  return count >= kLanes ? lanes : (kLaneNumbers < static_cast<std::int32_t>(count) ? lanes : Floats{});
}

FTHOST_INLINE Floats larger(Floats a, Floats b) {
  return a > b ? a : b;
}

FTHOST_INLINE float sum(Floats lanes) {
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

FTHOST_INLINE float largest(Floats lanes) {
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  return lanes[0];
}

/// e^x for x of at most 0, about one unit in the last place off (the method and the polynomial are those of Cephes,
/// Moshier 1984-2000, expf).
FTHOST_INLINE Floats exponential(Floats x) {
  const Floats lowest = all(-87.33F);
  const Floats clamped = larger(x, lowest);
  constexpr float rounder = 12582912.F;  // 1.5 * 2^23: adding it leaves no bits for a fraction
  const Floats n = (clamped * 1.44269504F + rounder) - rounder;
  const Floats r = clamped - n * 0.693359375F + n * 2.12194440e-4F;
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.F;
  const Ints power = (__builtin_convertvector(n, Ints) + 127) << 23;
  Floats scale;
  __builtin_memcpy(&scale, &power, sizeof(scale));
  const Floats result = x < lowest ? Floats{} : p * scale;
  return x == x ? result : x;  // NaN stays NaN: clamping has hidden it
}

/// The draws of columns 16 * block to 16 * block + 15 of a row whose stream this is.
FTHOST_INLINE Bits draw_bits(std::uint64_t stream, std::int64_t block) {
  constexpr Words steps = {0,
                           kGoldenGamma,
                           2 * kGoldenGamma,
                           3 * kGoldenGamma,
                           4 * kGoldenGamma,
                           5 * kGoldenGamma,
                           6 * kGoldenGamma,
                           7 * kGoldenGamma};
  Words z = steps + (stream + kGoldenGamma * (static_cast<std::uint64_t>(block) * 8 + 1));
  z = (z ^ (z >> 30)) * kFirstFactor;
  z = (z ^ (z >> 27)) * kSecondFactor;
  z = z ^ (z >> 31);
  Bits bits;  // little-endian: the low half of a word is the even column
  __builtin_memcpy(&bits, &z, sizeof(bits));
  return bits;
}

/// Dropout of sixteen columns.
FTHOST_INLINE Floats drop(Floats lanes, const Draw& draw, std::uint64_t stream, std::int64_t block) {
  if (draw.threshold == 0) return lanes;
  return draw_bits(stream, block) >= draw.threshold ? lanes * draw.scale : Floats{};
}

}  // namespace
}  // namespace fthost::ops
