#pragma once

/// Neighbouring elements of a row: what a thread of a device loads, computes in f32 and stores at a time. No CUDA
/// header here, nor in the other headers of kernels' arithmetic: tests run it on the host.

#include <cstdint>

#include "sdk/ops/kernels.h"

namespace fthost::ops::cuda {

/// The widest vector: 16 bytes of f32. Rows that do not divide into it, or do not lie so, are taken one by one.
inline constexpr int kWidest = 4;

template <int kWidth>
struct Vector {
  float at[kWidth];
};

template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Stored {
  T at[kWidth];
};

FTHOST_HOST_DEVICE inline float widened(float value) {
  return value;
}
FTHOST_HOST_DEVICE inline float widened(Bf16 value) {
  return __builtin_bit_cast(float, std::uint32_t{value.bits} << 16);
}

FTHOST_HOST_DEVICE inline void narrow(float value, float& out) {
  out = value;
}
/// Rounds to the nearest, ties to even.
FTHOST_HOST_DEVICE inline void narrow(float value, Bf16& out) {
  const auto bits = __builtin_bit_cast(std::uint32_t, value);
  const auto rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  const auto quiet = (bits >> 16) | 0x40;  // rounding could make an infinity of a NaN
  out.bits = static_cast<std::uint16_t>(value == value ? rounded : quiet);
}

/// In one piece: the address must be a multiple of kWidth elements.
template <int kWidth, class T>
FTHOST_HOST_DEVICE Vector<kWidth> load(const T* from) {
  const auto stored = *reinterpret_cast<const Stored<T, kWidth>*>(from);
  Vector<kWidth> vector;
  for (int i = 0; i < kWidth; ++i) vector.at[i] = widened(stored.at[i]);
  return vector;
}

template <int kWidth, class T>
FTHOST_HOST_DEVICE void store(const Vector<kWidth>& vector, T* to) {
  Stored<T, kWidth> stored;
  for (int i = 0; i < kWidth; ++i) narrow(vector.at[i], stored.at[i]);
  *reinterpret_cast<Stored<T, kWidth>*>(to) = stored;
}

template <int kWidth>
FTHOST_HOST_DEVICE Vector<kWidth> operator+(Vector<kWidth> a, const Vector<kWidth>& b) {
  for (int i = 0; i < kWidth; ++i) a.at[i] += b.at[i];
  return a;
}

template <int kWidth>
FTHOST_HOST_DEVICE Vector<kWidth> operator*(Vector<kWidth> a, const Vector<kWidth>& b) {
  for (int i = 0; i < kWidth; ++i) a.at[i] *= b.at[i];
  return a;
}

template <int kWidth>
FTHOST_HOST_DEVICE float sum(const Vector<kWidth>& vector) {
  float total = 0;
  for (int i = 0; i < kWidth; ++i) total += vector.at[i];
  return total;
}

/// Dropout of the columns from `column` on of a row with this stream. Columns 2k and 2k + 1 share a word of bits.
template <int kWidth>
FTHOST_HOST_DEVICE Vector<kWidth> drop(Vector<kWidth> x, const Draw& draw, std::uint64_t stream, std::int64_t column) {
  static_assert(kWidth == 1 || kWidth % 2 == 0, "a vector starts at an even column");
  if (draw.threshold == 0) return x;
  for (int i = 0; i < kWidth; i += 2) {
    const auto word = mix_words(stream, static_cast<std::uint64_t>(column + i) / 2);
    for (int half = 0; half < 2 && i + half < kWidth; ++half) {
      const bool upper = kWidth == 1 ? column % 2 == 1 : half == 1;
      const auto bits = static_cast<std::uint32_t>(upper ? word >> 32 : word);
      x.at[i + half] = bits >= draw.threshold ? x.at[i + half] * draw.scale : 0.F;
    }
  }
  return x;
}

}  // namespace fthost::ops::cuda
