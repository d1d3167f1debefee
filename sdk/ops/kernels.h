#pragma once

/// Our own kernels for f32 and bf16 on the CPU: plain loops over raw memory, without LibTorch and without threads. They
/// are compiled once for each level of instructions; kernels<T>() gives those of this machine. T is how rows are
/// stored, float or Bf16; all is computed in f32, and weights, biases and their gradients are f32.

#include <cstdint>

#include "sdk/ops/draw.h"

namespace fthost::ops {

/// The upper half of a float.
struct Bf16 {
  std::uint16_t bits;
};

/// `out` = dropout(x); both [rows, columns].
template <class T>
struct DropoutTask {
  const T* x;
  const std::int64_t* row_keys;
  T* out;
  std::int64_t rows, columns;
  Draw draw;
};

/// out = layer_norm(dropout(x) + residual). For the backward pass `normalised` is what the norm multiplies with its
/// weight, and `inverse_deviations` [rows] what it divided by. `scratch`: `columns` floats.
template <class T>
struct NormForwardTask {
  const T *x, *residual;
  const float *weight, *bias;
  const std::int64_t* row_keys;
  T *out, *normalised;
  float *inverse_deviations, *scratch;
  std::int64_t rows, columns;
  float epsilon;
  Draw draw;
};

/// `d_x` may be null: then it is not wanted, or the same as `d_residual`. `d_weight` and `d_bias` [columns] are added
/// to; both are null when they are not wanted.
template <class T>
struct NormBackwardTask {
  const T *d_out, *normalised;
  const float *inverse_deviations, *weight;
  const std::int64_t* row_keys;
  T *d_x, *d_residual;
  float *d_weight, *d_bias;
  std::int64_t rows, columns;
  Draw draw;
};

/// out = gelu(x + bias); `tanh_form`: by the approximation with tanh.
template <class T>
struct GeluForwardTask {
  const T* x;
  const float* bias;
  T* out;
  std::int64_t rows, columns;
  bool tanh_form;
};

/// `d_bias` [columns] is added to; null when it is not wanted.
template <class T>
struct GeluBackwardTask {
  const T *d_out, *x;
  const float* bias;
  T* d_x;
  float* d_bias;
  std::int64_t rows, columns;
  bool tanh_form;
};

/// Two rows of `elements` numbers, of whose differences the squares are added.
struct DifferenceTask {
  const float *a, *b;
  std::int64_t elements;
};

/// One head of one example. Rows of query, key, value and their gradients lie `stride` elements apart and have `size`
/// elements each; the pointers are those of the example's first row, at this head's columns.
struct AttentionShape {
  std::int64_t tokens, size, stride;
  std::int64_t head, heads;
  const std::int64_t* row_keys;
  Draw draw;
};

/// `softmax`: the largest score and the inverse sum of exponentials of each row, rows 2 * heads floats apart.
template <class T>
struct AttentionForwardTask {
  AttentionShape shape;
  const T *query, *key, *value;
  T* out;
  float* softmax;
  float* scratch;  ///< attention_scratch floats, aligned to 64 bytes.
};

template <class T>
struct AttentionBackwardTask {
  AttentionShape shape;
  const T *query, *key, *value, *d_out;
  const float* softmax;
  T *d_query, *d_key, *d_value;
  float* scratch;
};

/// Floats of scratch memory that attention over `tokens` tokens and `size` columns needs.
std::int64_t attention_scratch(std::int64_t tokens, std::int64_t size);

template <class T>
struct KernelsOf {
  void (*dropout)(const DropoutTask<T>&);
  void (*norm_forward)(const NormForwardTask<T>&);
  void (*norm_backward)(const NormBackwardTask<T>&);
  void (*gelu_forward)(const GeluForwardTask<T>&);
  void (*gelu_backward)(const GeluBackwardTask<T>&);
  void (*attention_forward)(const AttentionForwardTask<T>&);
  void (*attention_backward)(const AttentionBackwardTask<T>&);
};

struct Kernels {
  KernelsOf<float> f32;
  KernelsOf<Bf16> bf16;
};

/// Those of the level that LibTorch uses too (ATEN_CPU_CAPABILITY lowers both): one word tells which bits a run gives.
const Kernels& all_kernels();

template <class T>
const KernelsOf<T>& kernels();
template <>
inline const KernelsOf<float>& kernels<float>() {
  return all_kernels().f32;
}
template <>
inline const KernelsOf<Bf16>& kernels<Bf16>() {
  return all_kernels().bf16;
}

}  // namespace fthost::ops
