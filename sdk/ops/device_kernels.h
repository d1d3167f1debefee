#pragma once

/// Kernels that the CUDA library brings. Without it, operators on a device are compositions of LibTorch's.

#include <ATen/core/Tensor.h>
#include <fthost/version.h>

#include "sdk/ops/draw.h"

namespace fthost::ops {

struct DeviceKernels {
  /// As composition::dropout, for a contiguous f32 tensor on a device and its row keys.
  at::Tensor (*dropout)(const at::Tensor& x, const at::Tensor& row_keys, const Draw& draw) = nullptr;
};

/// Called once by the CUDA library, before any tensor is on a device.
FTHOST_API void register_device_kernels(const DeviceKernels& kernels);
const DeviceKernels& device_kernels();

}  // namespace fthost::ops
