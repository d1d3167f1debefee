#pragma once

/// fthost::ops: the tensor operators of which model plugins are made, forward and backward, on the CPU and on a CUDA
/// device. Rows are tokens, packed end to end (<fthost/packing.h>). None keeps state; dropout is a pure function of its
/// key, of a row's key and of the column, so that no order of computation, batch or cache changes what is drawn.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

#include <fthost/packing.h>
#include <fthost/version.h>

namespace fthost::ops {

/// One place in the model where dropout happens, in one step of one run.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  int stage = 0;
  int site = 0;  ///< Tells apart the places within a stage.
};

/// Sixty-four well-mixed bits of two words; what keys and draws are made of: output number `b` of a SplitMix64
/// generator that starts at `a` (Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014).
FTHOST_API std::uint64_t mix(std::uint64_t a, std::uint64_t b);

/// `x` [rows, columns] with each element zeroed with probability p, and the others divided by 1 - p. `p` 0 or not
/// training: `x` itself; below 0, or 1 and more: Error. Column c of a row with key r draws half c % 2 (0: the low one)
/// of mix(mix(k, r), c / 2), where k = mix(mix(mix(seed, step), stage), site), and is kept when that is at least
/// p * 2^32. The mask is not kept for the backward pass: it is drawn again.
FTHOST_API at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing,
                              bool training);

/// x W^T + b. `weight` [out, in], `bias` [out]. `compute`: number type of the product; the result is f32. On the CPU
/// and in f32 the bits of a row do not depend on the other rows: fewer than 16 are filled up with zeros.
FTHOST_API at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             at::ScalarType compute);

/// Softmax attention within each example, no row seeing another example's. query, key, value: [rows, heads * size].
/// `p`: dropout of the attention probabilities; head h of a row draws as above with mix(mix(k, r), h) in place of
/// mix(k, r), and the key's position for the column. Returns [rows, heads * size].
FTHOST_API at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                       std::int64_t heads, double p, const DropoutKey& dropout_key,
                                       const Packing& packing, const Context& context);

/// layer_norm(dropout(x) + residual) over the last dimension.
FTHOST_API at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual,
                                                  const at::Tensor& weight, const at::Tensor& bias, double epsilon,
                                                  double p, const DropoutKey& key, const Packing& packing,
                                                  bool training);

/// Rows of `table` [entries, columns] by `ids` [rows] int64. The gradient adds with index_add_, which is deterministic
/// on the CPU and far faster than LibTorch's own.
FTHOST_API at::Tensor embedding(const at::Tensor& table, const at::Tensor& ids);

/// Fills `out` with normal values of mean 0: a function of seed, name and element, the same on every device.
FTHOST_API void fill_normal(at::Tensor& out, std::uint64_t seed, std::string_view name, double standard_deviation);

}  // namespace fthost::ops
