#pragma once

/// Kernels over strips: one thread works on a vector's columns over some rows, from top to bottom. What it adds up over
/// rows is added to a line of its part of the rows, so that sums have one order, without atomics.

#include <cmath>
#include <cstdint>

#include "sdk/ops/cuda/vector.h"
#include "sdk/ops/gelu_gate.h"

namespace fthost::ops::cuda {

/// Rows `first` to `last` - 1.
struct Part {
  std::int64_t number, first, last;
};

FTHOST_HOST_DEVICE inline Part part_of(std::int64_t rows, std::int64_t number, std::int64_t parts) {
  return {number, rows * number / parts, rows * (number + 1) / parts};
}

struct Exponential {
  FTHOST_HOST_DEVICE float operator()(float x) const { return std::exp(x); }
};

FTHOST_HOST_DEVICE inline Gate<float> gate(float x, bool tanh_form) {
  return tanh_form ? gelu_tanh_gate(x, Exponential()) : gelu_gate(x, Exponential());
}

/// Adds a part's sums to its line of `lines` [parts, columns].
template <int kWidth>
FTHOST_HOST_DEVICE void add_to_line(const Vector<kWidth>& sums, float* lines, std::int64_t columns, const Part& part,
                                    std::int64_t column) {
  auto* const line = lines + part.number * columns + column;
  store(load<kWidth>(line) + sums, line);
}

template <int kWidth, class T>
FTHOST_HOST_DEVICE void run_strip(const DropoutTask<T>& task, const Part& part, std::int64_t column) {
  for (auto row = part.first; row < part.last; ++row) {
    const auto at = row * task.columns + column;
    const auto stream = row_stream(task.draw, task.row_keys[row]);
    store(drop(load<kWidth>(task.x + at), task.draw, stream, column), task.out + at);
  }
}

template <int kWidth, class T>
FTHOST_HOST_DEVICE void run_strip(const GeluForwardTask<T>& task, const Part& part, std::int64_t column) {
  const auto bias = load<kWidth>(task.bias + column);
  for (auto row = part.first; row < part.last; ++row) {
    const auto at = row * task.columns + column;
    auto x = load<kWidth>(task.x + at) + bias;
    for (int i = 0; i < kWidth; ++i) x.at[i] *= gate(x.at[i], task.tanh_form).value;
    store(x, task.out + at);
  }
}

template <int kWidth, class T>
FTHOST_HOST_DEVICE void run_strip(const GeluBackwardTask<T>& task, const Part& part, std::int64_t column) {
  const auto bias = load<kWidth>(task.bias + column);
  Vector<kWidth> sums = {};
  for (auto row = part.first; row < part.last; ++row) {
    const auto at = row * task.columns + column;
    const auto x = load<kWidth>(task.x + at) + bias;
    auto d = load<kWidth>(task.d_out + at);
    for (int i = 0; i < kWidth; ++i) d.at[i] *= gate(x.at[i], task.tanh_form).slope;
    store(d, task.d_x + at);
    sums = sums + d;
  }
  if (task.d_bias != nullptr) add_to_line(sums, task.d_bias, task.columns, part, column);
}

/// The gradients of weight and bias; those of the rows are norm_row's (rows.h).
template <int kWidth, class T>
FTHOST_HOST_DEVICE void run_strip(const NormBackwardTask<T>& task, const Part& part, std::int64_t column) {
  Vector<kWidth> d_weight = {}, d_bias = {};
  for (auto row = part.first; row < part.last; ++row) {
    const auto at = row * task.columns + column;
    const auto d = load<kWidth>(task.d_out + at);
    d_weight = d_weight + d * load<kWidth>(task.normalised + at);
    d_bias = d_bias + d;
  }
  add_to_line(d_weight, task.d_weight, task.columns, part, column);
  add_to_line(d_bias, task.d_bias, task.columns, part, column);
}

}  // namespace fthost::ops::cuda
