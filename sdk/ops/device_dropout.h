#pragma once

/// Dropout by the CUDA library's kernel.

#include <ATen/core/Tensor.h>

#include "sdk/ops/draw.h"

namespace fthost::ops {

/// May `device_dropout` be used for `x`: is it on a device, contiguous, f32, and the CUDA library open?
bool has_device_dropout(const at::Tensor& x);

/// As composition::dropout, with its gradient: the same mask, drawn again in the backward pass.
at::Tensor device_dropout(const at::Tensor& x, const at::Tensor& row_keys, const Draw& draw);

}  // namespace fthost::ops
