#include "sdk/ops/gelu_gate.h"
#include "sdk/ops/kernels/lanes.h"
#include "sdk/ops/kernels/level.h"

namespace fthost::ops {
namespace {

struct Exponential {
  [[gnu::always_inline]] Floats operator()(Floats x) const { return exponential(x); }
};

FTHOST_INLINE Gate<Floats> gate(Floats x, bool tanh_form) {
  return tanh_form ? gelu_tanh_gate(x, Exponential()) : gelu_gate(x, Exponential());
}

}  // namespace

namespace FTHOST_LEVEL {

template <class T>
void gelu_forward(const GeluForwardTask<T>& task) {
  for (std::int64_t row = 0; row < task.rows; ++row) {
    const auto* x = task.x + row * task.columns;
    auto* out = task.out + row * task.columns;
    for (std::int64_t c = 0; c < task.columns; c += kLanes) {
      const auto count = task.columns - c;
      const Floats sum = load_first(x + c, count) + load_first(task.bias + c, count);
      store_first(out + c, sum * gate(sum, task.tanh_form).value, count);
    }
  }
}

template <class T>
void gelu_backward(const GeluBackwardTask<T>& task) {
  for (std::int64_t row = 0; row < task.rows; ++row) {
    const auto at = row * task.columns;
    for (std::int64_t c = 0; c < task.columns; c += kLanes) {
      const auto count = task.columns - c;
      const Floats sum = load_first(task.x + at + c, count) + load_first(task.bias + c, count);
      const Floats d = load_first(task.d_out + at + c, count) * gate(sum, task.tanh_form).slope;
      store_first(task.d_x + at + c, d, count);
      if (task.d_bias != nullptr) store_first(task.d_bias + c, load_first(task.d_bias + c, count) + d, count);
    }
  }
}

template void gelu_forward(const GeluForwardTask<float>&);
template void gelu_forward(const GeluForwardTask<Bf16>&);
template void gelu_backward(const GeluBackwardTask<float>&);
template void gelu_backward(const GeluBackwardTask<Bf16>&);

}  // namespace FTHOST_LEVEL
}  // namespace fthost::ops
