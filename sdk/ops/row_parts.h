#pragma once

/// Rows spread over threads.

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

namespace fthost::ops {

constexpr std::int64_t kRowsPerTask = 16;

/// Sums over rows are made in one part a thread and then added, so that they depend on the number of threads only.
inline std::int64_t count_parts(std::int64_t rows) {
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
