#pragma once

/// Kernels over rows: a warp works on one row, each lane on every so many vectors of it. Warp is the device's, or what
/// stands for it on the host: lane() and lanes() say which of them this is, sum(x) adds over all lanes, the same for
/// each.

#include <cmath>
#include <cstdint>

#include "sdk/ops/cuda/vector.h"

namespace fthost::ops::cuda {

/// work(column) for the first columns of this lane's vectors.
template <int kWidth, class Warp, class Work>
FTHOST_DEVICE void for_each_vector(std::int64_t columns, const Warp& warp, const Work& work) {
  for (std::int64_t column = warp.lane() * kWidth; column < columns; column += warp.lanes() * kWidth) work(column);
}

/// `task.scratch`: the row's own `columns` floats, of which a lane reads only what it wrote.
template <int kWidth, class T, class Warp>
FTHOST_DEVICE void norm_row(const NormForwardTask<T>& task, std::int64_t row, const Warp& warp) {
  const auto start = row * task.columns;
  const auto stream = row_stream(task.draw, task.row_keys[row]);
  const auto width = static_cast<float>(task.columns);
  float total = 0, squares = 0;
  for_each_vector<kWidth>(task.columns, warp, [&](std::int64_t column) {
    const auto h = drop(load<kWidth>(task.x + start + column), task.draw, stream, column) +
                   load<kWidth>(task.residual + start + column);
    store(h, task.scratch + column);
    total += sum(h);
  });
  const float mean = warp.sum(total) / width;
  for_each_vector<kWidth>(task.columns, warp, [&](std::int64_t column) {
    auto deviation = load<kWidth>(task.scratch + column);
    for (auto& x : deviation.at) x -= mean;
    squares += sum(deviation * deviation);
  });
  const float inverse = 1 / std::sqrt(warp.sum(squares) / width + task.epsilon);
  if (warp.lane() == 0) task.inverse_deviations[row] = inverse;
  for_each_vector<kWidth>(task.columns, warp, [&](std::int64_t column) {
    auto normalised = load<kWidth>(task.scratch + column);
    for (auto& x : normalised.at) x = (x - mean) * inverse;
    store(normalised, task.normalised + start + column);
    store(normalised * load<kWidth>(task.weight + column) + load<kWidth>(task.bias + column),
          task.out + start + column);
  });
}

/// The gradients of x and residual; those of weight and bias are run_strip's (strips.h).
template <int kWidth, class T, class Warp>
FTHOST_DEVICE void norm_row(const NormBackwardTask<T>& task, std::int64_t row, const Warp& warp) {
  const auto start = row * task.columns;
  const auto stream = row_stream(task.draw, task.row_keys[row]);
  const auto width = static_cast<float>(task.columns);
  float total = 0, product = 0;
  for_each_vector<kWidth>(task.columns, warp, [&](std::int64_t column) {
    const auto g = load<kWidth>(task.d_out + start + column) * load<kWidth>(task.weight + column);
    total += sum(g);
    product += sum(g * load<kWidth>(task.normalised + start + column));
  });
  const float mean = warp.sum(total) / width, slope = warp.sum(product) / width;
  const float inverse = task.inverse_deviations[row];
  for_each_vector<kWidth>(task.columns, warp, [&](std::int64_t column) {
    auto d = load<kWidth>(task.d_out + start + column) * load<kWidth>(task.weight + column);
    const auto normalised = load<kWidth>(task.normalised + start + column);
    for (int i = 0; i < kWidth; ++i) d.at[i] = (d.at[i] - mean - normalised.at[i] * slope) * inverse;
    store(d, task.d_residual + start + column);
    if (task.d_x != nullptr) store(drop(d, task.draw, stream, column), task.d_x + start + column);
  });
}

}  // namespace fthost::ops::cuda
