#pragma once

/// GELU and its slope, for one number or for a vector of the compiler's: V is float or such a vector, and `exponential`
/// gives e^x for x of at most 0. No LibTorch here: the kernels include it.

#include "sdk/ops/draw.h"

namespace fthost::ops {

/// How much of a value passes, and how much of its gradient.
template <class V>
struct Gate {
  V value, slope;
};

/// The normal distribution P(x), and P(x) + x p(x), the derivative of x P(x). For z = |x|, P(-z) e^(z^2 / 2) is a
/// polynomial in t = 1 / (1 + .275 z) times t, the form of Hastings ("Approximations for digital computers", 1955). The
/// coefficients are our own: a fit for the smallest relative error, 4e-8 from 0 to where the exponential ends. With
/// f32's rounding P is 2e-7 off at most.
template <class V, class Exponential>
[[gnu::always_inline]] FTHOST_HOST_DEVICE inline Gate<V> gelu_gate(V x, const Exponential& exponential) {
  const V z = x < V{} ? -x : x;
  const V falls = exponential(x * x * -.5F);
  const V t = 1 / (z * .275F + 1);
  V p = t * .02599077038F - .1047338948F;
  p = p * t + .1174554152F;
  p = p * t - .02013644191F;
  p = p * t + .07731792839F;
  p = p * t + .08360842927F;
  p = p * t + .1009690501F;
  p = p * t + .1098284020F;
  p = p * t + .1097003598F;
  const V tail = p * t * falls;
  const V value = x < V{} ? tail : 1 - tail;
  return {value, value + x * falls * .3989422804F};
}

/// (1 + tanh u) / 2 for u = sqrt(2 / pi) (x + .044715 x^3), and the derivative of x times that.
template <class V, class Exponential>
[[gnu::always_inline]] FTHOST_HOST_DEVICE inline Gate<V> gelu_tanh_gate(V x, const Exponential& exponential) {
  const V square = x * x;
  const V twice_u = x * (square * .0713548163F + 1.5957691216F);
  const V e = exponential(twice_u < V{} ? twice_u : -twice_u);
  const V smaller = e / (1 + e);
  const V value = twice_u < V{} ? smaller : 1 - smaller;
  // value (1 - value), without cancellation where the value is close to 1
  const V steep = smaller * (1 - smaller);
  return {value, value + x * steep * (square * .2140644488F + 1.5957691216F)};
}

}  // namespace fthost::ops
