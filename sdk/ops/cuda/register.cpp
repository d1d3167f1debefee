#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#include <fthost/version.h>

#include "sdk/ops/cuda/dropout.h"
#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

at::Tensor dropout(const at::Tensor& x, const at::Tensor& row_keys, const Draw& draw) {
  auto y = at::empty_like(x);
  const auto stream = c10::cuda::getCurrentCUDAStream(x.device().index());
  C10_CUDA_CHECK(cuda::launch_dropout(x.const_data_ptr<float>(), y.mutable_data_ptr<float>(),
                                      row_keys.const_data_ptr<std::int64_t>(), x.size(0), x.size(1), draw, stream));
  return y;
}

}  // namespace
}  // namespace fthost::ops

/// The one symbol that the engine asks for when it opens this library.
extern "C" FTHOST_API void fthost_register_cuda();
extern "C" void fthost_register_cuda() {
  fthost::ops::register_device_kernels({.dropout = fthost::ops::dropout});
}
