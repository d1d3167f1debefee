#pragma once

/// Kernels that the CUDA library brings. Without it, operators on a device are compositions of LibTorch's. No LibTorch
/// here: the CUDA library includes it everywhere.

#include <fthost/version.h>

#include <cstdint>

#include "sdk/ops/kernels.h"

namespace fthost::ops {

/// What KernelsOf<T> has for the CPU, for whole tasks whose memory lies on `device`: launched on LibTorch's current
/// stream there, not awaited. `parts`: lines of the sums over rows, [parts, columns], to which parts of the rows add.
template <class T>
struct DeviceKernelsOf {
  void (*dropout)(const DropoutTask<T>& task, int device) = nullptr;
  void (*norm_forward)(const NormForwardTask<T>& task, int device) = nullptr;
  void (*norm_backward)(const NormBackwardTask<T>& task, std::int64_t parts, int device) = nullptr;
  void (*gelu_forward)(const GeluForwardTask<T>& task, int device) = nullptr;
  void (*gelu_backward)(const GeluBackwardTask<T>& task, std::int64_t parts, int device) = nullptr;
};

struct DeviceKernels {
  DeviceKernelsOf<float> f32;
  DeviceKernelsOf<Bf16> bf16;
  /// `tasks` lie on the host. `sums`: one for each piece (cuda/differences.h) of each task, in their order.
  void (*squared_differences)(const DifferenceTask* tasks, std::int64_t count, double* sums, int device) = nullptr;
};

/// Called once by the CUDA library, before any tensor is on a device.
FTHOST_API void register_device_kernels(const DeviceKernels& kernels);

/// Is the CUDA library open?
bool has_device_kernels();

/// Those that were registered.
const DeviceKernels& all_device_kernels();

template <class T>
const DeviceKernelsOf<T>& device_kernels();
template <>
inline const DeviceKernelsOf<float>& device_kernels<float>() {
  return all_device_kernels().f32;
}
template <>
inline const DeviceKernelsOf<Bf16>& device_kernels<Bf16>() {
  return all_device_kernels().bf16;
}

/// A row of the norm lies in the fast memory that every device has, 48 KiB of f32.
inline constexpr std::int64_t kMostNormColumns = 12288;

}  // namespace fthost::ops
