#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

DeviceKernels registered;

}  // namespace

void register_device_kernels(const DeviceKernels& kernels) {
  registered = kernels;
}

bool has_device_kernels() {
  return registered.f32.dropout != nullptr;
}

const DeviceKernels& all_device_kernels() {
  return registered;
}

}  // namespace fthost::ops
