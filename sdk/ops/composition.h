#pragma once

/// The operators as plain compositions of LibTorch's: any device, any floating type. They run where there is no kernel
/// of our own, and are what the kernels are held against.

#include <ATen/core/Tensor.h>

#include <cstdint>

#include <fthost/ops.h>

#include "sdk/ops/draw.h"

namespace fthost::ops {

/// What `key` and `p` (from 0, below 1) mean for the kernels. Throws Error for another p.
FTHOST_API Draw make_draw(const DropoutKey& key, double p);

/// Are there kernels of our own for this tensor? For f32 and bf16 on the CPU, and on a device when the CUDA library is
/// open (but for attention).
bool has_kernels(const at::Tensor& x);

namespace composition {

/// [rows, columns] bool: which elements `draw` keeps. `streams`: [rows] int64, the hash of the draw's stream and the
/// row's key.
at::Tensor kept(const Draw& draw, const at::Tensor& streams, std::int64_t columns);

FTHOST_API at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing);

FTHOST_API at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                       std::int64_t heads, double p, const DropoutKey& dropout_key,
                                       const Packing& packing);

FTHOST_API at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual,
                                                  const at::Tensor& weight, const at::Tensor& bias, double epsilon,
                                                  double p, const DropoutKey& key, const Packing& packing);

FTHOST_API at::Tensor bias_gelu(const at::Tensor& x, const at::Tensor& bias, Gelu form);

}  // namespace composition
}  // namespace fthost::ops
