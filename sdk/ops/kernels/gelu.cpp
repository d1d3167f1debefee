#include "sdk/ops/kernels/lanes.h"
#include "sdk/ops/kernels/level.h"

namespace fthost::ops {
namespace {

/// How much of a value passes, and how much of its gradient.
struct Gate {
  Floats value, slope;
};

/// The normal distribution P(x), and P(x) + x p(x), the derivative of x P(x). For z = |x|, P(-z) e^(z^2 / 2) is a
/// polynomial in t = 1 / (1 + .275 z) times t, the form of Hastings ("Approximations for digital computers", 1955). The
/// coefficients are our own: a fit for the smallest relative error, 4e-8 from 0 to where the exponential ends. With
/// f32's rounding P is 2e-7 off at most.
FTHOST_INLINE Gate gelu_gate(Floats x) {
  const Floats z = x < all(0) ? -x : x;
  const Floats falls = exponential(x * x * -.5F);
  const Floats t = 1 / (z * .275F + 1);
  Floats p = t * .02599077038F - .1047338948F;
  p = p * t + .1174554152F;
  p = p * t - .02013644191F;
  p = p * t + .07731792839F;
  p = p * t + .08360842927F;
  p = p * t + .1009690501F;
  p = p * t + .1098284020F;
  p = p * t + .1097003598F;
  const Floats tail = p * t * falls;
  const Floats value = x < all(0) ? tail : 1 - tail;
  return {value, value + x * falls * .3989422804F};
}

/// (1 + tanh u) / 2 for u = sqrt(2 / pi) (x + .044715 x^3), and the derivative of x times that.
FTHOST_INLINE Gate gelu_tanh_gate(Floats x) {
  const Floats square = x * x;
  const Floats twice_u = x * (square * .0713548163F + 1.5957691216F);
  const Floats e = exponential(twice_u < all(0) ? twice_u : -twice_u);
  const Floats smaller = e / (1 + e);
  const Floats value = twice_u < all(0) ? smaller : 1 - smaller;
  // value (1 - value), without cancellation where the value is close to 1
  const Floats steep = smaller * (1 - smaller);
  return {value, value + x * steep * (square * .2140644488F + 1.5957691216F)};
}

FTHOST_INLINE Gate gate(Floats x, bool tanh_form) {
  return tanh_form ? gelu_tanh_gate(x) : gelu_gate(x);
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
