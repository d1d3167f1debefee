#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <fthost/version.h>

#include "sdk/ops/cuda/launch.h"
#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

template <class Task>
void run(const Task& task, int device) {
  const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
  C10_CUDA_CHECK(cuda::launch(task, c10::cuda::getCurrentCUDAStream().stream()));
}

template <class Task>
void run_in_parts(const Task& task, std::int64_t parts, int device) {
  const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
  C10_CUDA_CHECK(cuda::launch(task, parts, c10::cuda::getCurrentCUDAStream().stream()));
}

void run_differences(const DifferenceTask* tasks, std::int64_t count, double* sums, int device) {
  const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
  C10_CUDA_CHECK(cuda::launch(tasks, count, sums, c10::cuda::getCurrentCUDAStream().stream()));
}

template <class T>
constexpr DeviceKernelsOf<T> kKernelsOf = {.dropout = run<DropoutTask<T>>,
                                           .norm_forward = run<NormForwardTask<T>>,
                                           .norm_backward = run_in_parts<NormBackwardTask<T>>,
                                           .gelu_forward = run<GeluForwardTask<T>>,
                                           .gelu_backward = run_in_parts<GeluBackwardTask<T>>};

}  // namespace
}  // namespace fthost::ops

/// The one symbol that the engine asks for when it opens this library.
extern "C" FTHOST_API void fthost_register_cuda();
extern "C" void fthost_register_cuda() {
  using namespace fthost::ops;
  register_device_kernels({.f32 = kKernelsOf<float>, .bf16 = kKernelsOf<Bf16>, .squared_differences = run_differences});
}
