#include "sdk/ops/kernels/lanes.h"
#include "sdk/ops/kernels/level.h"

namespace fthost::ops {
namespace {

/// One row: h = dropout(x) + residual into `h`; returns its sum.
template <class T>
FTHOST_INLINE float add_residual(const NormForwardTask<T>& task, std::int64_t row, float* h) {
  const auto stream = row_stream(task.draw, task.row_keys[row]);
  const auto *x = task.x + row * task.columns, *residual = task.residual + row * task.columns;
  Floats total = {};
  for (std::int64_t c = 0; c < task.columns; c += kLanes) {
    const auto count = task.columns - c;
    const Floats lanes =
        drop(load_first(x + c, count), task.draw, stream, c / kLanes) + load_first(residual + c, count);
    total += lanes;
    store_first(h + c, lanes, count);
  }
  return sum(total);
}

FTHOST_INLINE float squared_deviation(const float* h, std::int64_t columns, float mean) {
  Floats total = {};
  for (std::int64_t c = 0; c < columns; c += kLanes) {
    const Floats deviation = keep_first(load_first(h + c, columns - c) - mean, columns - c);
    total += deviation * deviation;
  }
  return sum(total);
}

/// The gradient of the norm's input, and of its weight and bias.
template <class T>
FTHOST_INLINE void backward_row(const NormBackwardTask<T>& task, std::int64_t row) {
  const auto columns = task.columns;
  const auto *d_out = task.d_out + row * columns, *normalised = task.normalised + row * columns;
  Floats total = {}, product = {};
  for (std::int64_t c = 0; c < columns; c += kLanes) {
    const auto count = columns - c;
    const Floats d = load_first(d_out + c, count), n = load_first(normalised + c, count);
    const Floats g = d * load_first(task.weight + c, count);
    total += g;
    product += g * n;
    if (task.d_weight == nullptr) continue;
    store_first(task.d_weight + c, load_first(task.d_weight + c, count) + d * n, count);
    store_first(task.d_bias + c, load_first(task.d_bias + c, count) + d, count);
  }
  const float width = static_cast<float>(columns);
  const float mean = sum(total) / width, slope = sum(product) / width;
  const float inverse = task.inverse_deviations[row];
  const auto stream = row_stream(task.draw, task.row_keys[row]);
  for (std::int64_t c = 0; c < columns; c += kLanes) {
    const auto count = columns - c;
    const Floats g = load_first(d_out + c, count) * load_first(task.weight + c, count);
    const Floats d = (g - mean - load_first(normalised + c, count) * slope) * inverse;
    store_first(task.d_residual + row * columns + c, d, count);
    if (task.d_x != nullptr) store_first(task.d_x + row * columns + c, drop(d, task.draw, stream, c / kLanes), count);
  }
}

}  // namespace

namespace FTHOST_LEVEL {

template <class T>
void dropout(const DropoutTask<T>& task) {
  for (std::int64_t row = 0; row < task.rows; ++row) {
    const auto stream = row_stream(task.draw, task.row_keys[row]);
    const auto start = row * task.columns;
    for (std::int64_t c = 0; c < task.columns; c += kLanes) {
      const auto count = task.columns - c;
      const Floats kept = drop(load_first(task.x + start + c, count), task.draw, stream, c / kLanes);
      store_first(task.out + start + c, kept, count);
    }
  }
}

template <class T>
void norm_forward(const NormForwardTask<T>& task) {
  const auto columns = task.columns;
  for (std::int64_t row = 0; row < task.rows; ++row) {
    auto *normalised = task.normalised + row * columns, *out = task.out + row * columns;
    const float mean = add_residual(task, row, task.scratch) / static_cast<float>(columns);
    const float variance = squared_deviation(task.scratch, columns, mean) / static_cast<float>(columns);
    const float inverse = 1 / __builtin_sqrtf(variance + task.epsilon);
    task.inverse_deviations[row] = inverse;
    for (std::int64_t c = 0; c < columns; c += kLanes) {
      const auto count = columns - c;
      const Floats n = (load_first(task.scratch + c, count) - mean) * inverse;
      store_first(normalised + c, n, count);
      store_first(out + c, n * load_first(task.weight + c, count) + load_first(task.bias + c, count), count);
    }
  }
}

template <class T>
void norm_backward(const NormBackwardTask<T>& task) {
  for (std::int64_t row = 0; row < task.rows; ++row) backward_row(task, row);
}

template void dropout(const DropoutTask<float>&);
template void dropout(const DropoutTask<Bf16>&);
template void norm_forward(const NormForwardTask<float>&);
template void norm_forward(const NormForwardTask<Bf16>&);
template void norm_backward(const NormBackwardTask<float>&);
template void norm_backward(const NormBackwardTask<Bf16>&);

}  // namespace FTHOST_LEVEL
}  // namespace fthost::ops
