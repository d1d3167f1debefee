#pragma once

/// Attention on a device by LibTorch's kernels for packed examples, which keep no scores (Dao, "FlashAttention-2",
/// 2023).

#include <ATen/core/Tensor.h>

#include <cstdint>

#include <fthost/ops.h>

namespace fthost::ops {

/// Do LibTorch's kernels take rows like `query`'s, with so many heads? In bf16, on a device, when the CUDA library is
/// open; heads of a multiple of 8 elements, 192 at most.
bool has_flash_attention(const at::Tensor& query, std::int64_t heads);

/// As ops::packed_attention in training, but for dropout's mask, which is LibTorch's: a function of the key, the places
/// of example and head in the batch, and those of query and key in the example.
at::Tensor flash_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                           double p, const DropoutKey& dropout_key, const Packing& packing);

}  // namespace fthost::ops
