#include "sdk/ops/cuda/differences.h"
#include "sdk/ops/cuda/launch.h"

namespace fthost::ops::cuda {
namespace {

constexpr int kThreads = 256, kLanesOfWarp = 32;
constexpr int kMostTasks = 120;  // that the 4 KiB of a launch's arguments hold

struct Chunk {
  DifferenceTask tasks[kMostTasks];
  std::int64_t first_piece[kMostTasks + 1];  // of each task, and where the next chunk's would begin
};
static_assert(sizeof(Chunk) + sizeof(double*) <= 4096, "a launch takes no more arguments");

/// In the same order each time; the first thread's is the whole.
__device__ double sum_of_block(double x) {
  __shared__ double warps[kThreads / kLanesOfWarp];
  for (int distance = kLanesOfWarp / 2; distance > 0; distance /= 2) x += __shfl_down_sync(0xFFFFFFFF, x, distance);
  if (threadIdx.x % kLanesOfWarp == 0) warps[threadIdx.x / kLanesOfWarp] = x;
  __syncthreads();
  double total = 0;
  for (const auto warp : warps) total += warp;
  return total;
}

__global__ void differences_kernel(Chunk chunk, double* sums) {
  const auto piece = static_cast<std::int64_t>(blockIdx.x);
  int task = 0;
  while (chunk.first_piece[task + 1] <= piece) ++task;
  const auto own = squared_differences(chunk.tasks[task], piece - chunk.first_piece[task], threadIdx.x, kThreads);
  const auto total = sum_of_block(own);
  if (threadIdx.x == 0) sums[piece] = total;
}

/// Returns the number of its pieces.
std::int64_t fill_chunk(const DifferenceTask* tasks, std::int64_t count, Chunk& chunk) {
  chunk.first_piece[0] = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    chunk.tasks[i] = tasks[i];
    chunk.first_piece[i + 1] = chunk.first_piece[i] + pieces_of(tasks[i].elements);
  }
  return chunk.first_piece[count];
}

}  // namespace

cudaError_t launch(const DifferenceTask* tasks, std::int64_t count, double* sums, cudaStream_t stream) {
  Chunk chunk = {};
  for (std::int64_t done = 0; done < count; done += kMostTasks) {
    const auto rest = count - done;
    const auto pieces = fill_chunk(tasks + done, rest < kMostTasks ? rest : kMostTasks, chunk);
    if (pieces == 0) continue;
    differences_kernel<<<static_cast<unsigned>(pieces), kThreads, 0, stream>>>(chunk, sums);
    if (const auto said = cudaGetLastError(); said != cudaSuccess) return said;
    sums += pieces;
  }
  return cudaSuccess;
}

}  // namespace fthost::ops::cuda
