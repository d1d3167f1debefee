#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

DeviceKernels registered;

}  // namespace

void register_device_kernels(const DeviceKernels& kernels) {
  registered = kernels;
}
const DeviceKernels& device_kernels() {
  return registered;
}

}  // namespace fthost::ops
