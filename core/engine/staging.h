#pragma once

/// The way between the host's memory and the run's device.

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <vector>

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

/// Waits until `device`, one with an index where it is no CPU, has done all that it was given.
inline void wait_for(at::Device device) {
  if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

/// The values of tensors of one number each, all on one device: waits once, for one copy.
inline std::vector<double> read_numbers(const std::vector<at::Tensor>& numbers) {
  if (numbers.empty()) return {};
  std::vector<at::Tensor> flat;
  for (const auto& number : numbers) flat.push_back(number.reshape({1}));
  const auto values = at::cat(flat).to(at::kDouble).to(at::kCPU);
  const auto* const first = values.const_data_ptr<double>();
  return {first, first + values.numel()};
}

}  // namespace fthost
