#pragma once

/// Squared differences of many tensors, in pieces that a block of threads each adds up.

#include <cstdint>

#include "sdk/ops/kernels.h"

namespace fthost::ops::cuda {

inline constexpr std::int64_t kElementsOfPiece = 1 << 16;

FTHOST_HOST_DEVICE inline std::int64_t pieces_of(std::int64_t elements) {
  return (elements + kElementsOfPiece - 1) / kElementsOfPiece;
}

/// The sum over elements thread, thread + threads, thread + 2 * threads … of a piece.
FTHOST_HOST_DEVICE inline double squared_differences(const DifferenceTask& task, std::int64_t piece,
                                                     std::int64_t thread, std::int64_t threads) {
  const auto rest = task.elements - piece * kElementsOfPiece;
  const auto elements = rest < kElementsOfPiece ? rest : kElementsOfPiece;
  const auto *a = task.a + piece * kElementsOfPiece, *b = task.b + piece * kElementsOfPiece;
  double sum = 0;
  for (auto i = thread; i < elements; i += threads) {
    const auto difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum;
}

}  // namespace fthost::ops::cuda
