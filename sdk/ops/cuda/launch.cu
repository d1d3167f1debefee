#include "sdk/ops/cuda/launch.h"
#include "sdk/ops/cuda/rows.h"
#include "sdk/ops/cuda/strips.h"
#include "sdk/ops/device_kernels.h"

namespace fthost::ops::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kLanesOfWarp = 32;
/// Rows of a strip where nothing is added up over them: few, for many threads.
constexpr std::int64_t kRowsOfStrip = 4;
constexpr std::int64_t kMostParts = 65535;  // of a grid's second dimension

struct Warp {
  __device__ std::int64_t lane() const { return threadIdx.x % kLanesOfWarp; }
  __device__ std::int64_t lanes() const { return kLanesOfWarp; }
  /// Each lane adds the same pairs, so that all get the same bits.
  __device__ float sum(float x) const {
    for (int distance = kLanesOfWarp / 2; distance > 0; distance /= 2) x += __shfl_xor_sync(0xFFFFFFFF, x, distance);
    return x;
  }
};

__device__ std::int64_t row_of_warp() {
  return (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / kLanesOfWarp;
}

template <int kWidth, class Task>
__global__ void strips_kernel(Task task, std::int64_t parts) {
  const auto column = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * kWidth;
  if (column < task.columns) run_strip<kWidth>(task, part_of(task.rows, blockIdx.y, parts), column);
}

template <int kWidth, class T>
__global__ void norm_kernel(NormForwardTask<T> task) {
  extern __shared__ __align__(16) float shared[];
  task.scratch = shared + threadIdx.x / kLanesOfWarp * task.columns;
  if (row_of_warp() < task.rows) norm_row<kWidth>(task, row_of_warp(), Warp());
}

template <int kWidth, class T>
__global__ void norm_kernel(NormBackwardTask<T> task) {
  if (row_of_warp() < task.rows) norm_row<kWidth>(task, row_of_warp(), Warp());
}

unsigned blocks_of(std::int64_t work, std::int64_t block) {
  return static_cast<unsigned>((work + block - 1) / block);
}

/// Can rows of `columns` elements from each of these addresses on be taken in the widest vectors?
template <class... T>
bool are_wide(std::int64_t columns, const T*... first) {
  return columns % kWidest == 0 && (... && (reinterpret_cast<std::uintptr_t>(first) % (sizeof(T) * kWidest) == 0));
}

template <class Task>
cudaError_t launch_strips(const Task& task, std::int64_t parts, bool wide, cudaStream_t stream) {
  const auto strips = wide ? task.columns / kWidest : task.columns;
  const dim3 blocks(blocks_of(strips, kThreads), static_cast<unsigned>(parts));
  if (wide)
    strips_kernel<kWidest><<<blocks, kThreads, 0, stream>>>(task, parts);
  else
    strips_kernel<1><<<blocks, kThreads, 0, stream>>>(task, parts);
  return cudaGetLastError();
}

std::int64_t parts_of_few_rows(std::int64_t rows) {
  const auto parts = (rows + kRowsOfStrip - 1) / kRowsOfStrip;
  return parts < kMostParts ? parts : kMostParts;
}

template <class Task>
bool is_empty(const Task& task) {
  return task.rows == 0 || task.columns == 0;
}

/// As many as have room for a row each, and no more than a block's threads.
std::int64_t warps_of_norm(std::int64_t columns) {
  const std::int64_t most = kThreads / kLanesOfWarp, fitting = kMostNormColumns / columns;
  return fitting < most ? fitting : most;
}

}  // namespace

template <class T>
cudaError_t launch(const DropoutTask<T>& task, cudaStream_t stream) {
  if (is_empty(task)) return cudaSuccess;
  return launch_strips(task, parts_of_few_rows(task.rows), are_wide(task.columns, task.x, task.out), stream);
}

template <class T>
cudaError_t launch(const GeluForwardTask<T>& task, cudaStream_t stream) {
  if (is_empty(task)) return cudaSuccess;
  return launch_strips(task, parts_of_few_rows(task.rows), are_wide(task.columns, task.x, task.bias, task.out), stream);
}

template <class T>
cudaError_t launch(const GeluBackwardTask<T>& task, std::int64_t parts, cudaStream_t stream) {
  if (is_empty(task)) return cudaSuccess;
  const bool wide = are_wide(task.columns, task.d_out, task.x, task.bias, task.d_x, task.d_bias);
  return launch_strips(task, parts, wide, stream);
}

template <class T>
cudaError_t launch(const NormForwardTask<T>& task, cudaStream_t stream) {
  if (is_empty(task)) return cudaSuccess;
  const bool wide = are_wide(task.columns, task.x, task.residual, task.weight, task.bias, task.out, task.normalised);
  const auto warps = warps_of_norm(task.columns);
  const auto threads = static_cast<unsigned>(warps * kLanesOfWarp);
  const auto shared = static_cast<std::size_t>(warps * task.columns) * sizeof(float);
  if (wide)
    norm_kernel<kWidest><<<blocks_of(task.rows, warps), threads, shared, stream>>>(task);
  else
    norm_kernel<1><<<blocks_of(task.rows, warps), threads, shared, stream>>>(task);
  return cudaGetLastError();
}

template <class T>
cudaError_t launch(const NormBackwardTask<T>& task, std::int64_t parts, cudaStream_t stream) {
  if (is_empty(task)) return cudaSuccess;
  const bool wide = are_wide(task.columns, task.d_out, task.normalised, task.weight, task.d_x, task.d_residual,
                             task.d_weight, task.d_bias);
  const auto blocks = blocks_of(task.rows, kThreads / kLanesOfWarp);
  if (wide)
    norm_kernel<kWidest><<<blocks, kThreads, 0, stream>>>(task);
  else
    norm_kernel<1><<<blocks, kThreads, 0, stream>>>(task);
  const auto launched = cudaGetLastError();
  if (launched != cudaSuccess || task.d_weight == nullptr) return launched;
  return launch_strips(task, parts, wide, stream);
}

template cudaError_t launch(const DropoutTask<float>&, cudaStream_t);
template cudaError_t launch(const DropoutTask<Bf16>&, cudaStream_t);
template cudaError_t launch(const GeluForwardTask<float>&, cudaStream_t);
template cudaError_t launch(const GeluForwardTask<Bf16>&, cudaStream_t);
template cudaError_t launch(const GeluBackwardTask<float>&, std::int64_t, cudaStream_t);
template cudaError_t launch(const GeluBackwardTask<Bf16>&, std::int64_t, cudaStream_t);
template cudaError_t launch(const NormForwardTask<float>&, cudaStream_t);
template cudaError_t launch(const NormForwardTask<Bf16>&, cudaStream_t);
template cudaError_t launch(const NormBackwardTask<float>&, std::int64_t, cudaStream_t);
template cudaError_t launch(const NormBackwardTask<Bf16>&, std::int64_t, cudaStream_t);

}  // namespace fthost::ops::cuda
