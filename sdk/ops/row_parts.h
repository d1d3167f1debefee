#pragma once

/// Rows spread over threads.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

namespace fthost::ops {

constexpr std::int64_t kRowsPerTask = 16;
/// On a device: many parts keep all of it busy, many rows in a part make its sums cheap.
constexpr std::int64_t kRowsOfDevicePart = 32, kMostDeviceParts = 256;

/// Sums over the rows of `x` are made in parts and then added: on the CPU in one part a thread, so that they depend on
/// the number of threads only; on a device in parts that depend on the number of rows only.
inline std::int64_t count_parts(const at::Tensor& x) {
  const auto rows = x.size(0);
  if (x.is_cuda()) return std::clamp<std::int64_t>(rows / kRowsOfDevicePart, 1, kMostDeviceParts);
  return std::clamp<std::int64_t>(rows / kRowsPerTask, 1, at::get_num_threads());
}

/// work(part, first row, end) for each of `parts` parts.
template <class Work>
void for_each_part(std::int64_t rows, std::int64_t parts, const Work& work) {
  at::parallel_for(0, parts, 1, [&](std::int64_t first, std::int64_t last) {
    for (auto part = first; part < last; ++part) work(part, rows * part / parts, rows * (part + 1) / parts);
  });
}

}  // namespace fthost::ops
