#pragma once

/// Our own kernels for f32 on the CPU: plain loops over raw memory, without LibTorch and without threads. They are
/// compiled once for each level of instructions; kernels() gives those of this machine.

#include <cstdint>

#include "sdk/ops/draw.h"

namespace fthost::ops {

/// `out` = dropout(x); both [rows, columns].
struct DropoutTask {
  const float* x;
  const std::int64_t* row_keys;
  float* out;
  std::int64_t rows, columns;
  Draw draw;
};

/// out = layer_norm(dropout(x) + residual). For the backward pass `normalised` is what the norm multiplies with its
/// weight, and `inverse_deviations` [rows] what it divided by.
struct NormForwardTask {
  const float *x, *residual, *weight, *bias;
  const std::int64_t* row_keys;
  float *out, *normalised, *inverse_deviations;
  std::int64_t rows, columns;
  float epsilon;
  Draw draw;
};

/// `d_x` may be null: then it is not wanted, or the same as `d_residual`. `d_weight` and `d_bias` [columns] are added
/// to; both are null when they are not wanted.
struct NormBackwardTask {
  const float *d_out, *normalised, *inverse_deviations, *weight;
  const std::int64_t* row_keys;
  float *d_x, *d_residual, *d_weight, *d_bias;
  std::int64_t rows, columns;
  Draw draw;
};

/// One head of one example. Rows of query, key, value and their gradients lie `stride` floats apart and have `size`
/// floats each; the pointers are those of the example's first row, at this head's columns.
struct AttentionShape {
  std::int64_t tokens, size, stride;
  std::int64_t head, heads;
  const std::int64_t* row_keys;
  Draw draw;
};

/// `softmax`: the largest score and the inverse sum of exponentials of each row, rows 2 * heads floats apart.
struct AttentionForwardTask {
  AttentionShape shape;
  const float *query, *key, *value;
  float *out, *softmax;
  float* scratch;  ///< attention_scratch floats, aligned to 64 bytes.
};

struct AttentionBackwardTask {
  AttentionShape shape;
  const float *query, *key, *value, *d_out, *softmax;
  float *d_query, *d_key, *d_value;
  float* scratch;
};

/// Floats of scratch memory that attention over `tokens` tokens and `size` columns needs.
std::int64_t attention_scratch(std::int64_t tokens, std::int64_t size);

struct Kernels {
  void (*dropout)(const DropoutTask&);
  void (*norm_forward)(const NormForwardTask&);
  void (*norm_backward)(const NormBackwardTask&);
  void (*attention_forward)(const AttentionForwardTask&);
  void (*attention_backward)(const AttentionBackwardTask&);
};

/// Those of the level that LibTorch uses too (ATEN_CPU_CAPABILITY lowers both): one word tells which bits a run gives.
const Kernels& kernels();

}  // namespace fthost::ops
