#pragma once

/// The way from the host's memory to the run's device.

#include <ATen/ATen.h>

namespace fthost {

/// Memory of the host's, not initialised, that is filled and then sent to `device`. For a CUDA device it is pinned, so
/// that the copy goes on while the host does; LibTorch gives such memory to nobody else before a copy from it is done,
/// even when the tensor is gone by then.
inline at::Tensor staging(at::IntArrayRef sizes, at::ScalarType type, at::Device device) {
  return at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(device.is_cuda()));
}

/// The tensor on `device`, the same one when that is a CPU. What staging() gave must not be changed afterwards: nobody
/// waits for the copy. Operators on the device come after it by themselves.
inline at::Tensor send(const at::Tensor& staged, at::Device device) {
  return staged.to(device, /*non_blocking=*/true);
}

}  // namespace fthost
