#include "sdk/ops/cuda/dropout.h"

namespace fthost::ops::cuda {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kMostBlocks = 65535;

/// One thread draws for columns 2k and 2k + 1 of a row, which share a word of random bits.
__global__ void dropout_kernel(const float* x, float* y, const std::int64_t* row_keys, std::int64_t rows,
                               std::int64_t columns, Draw draw) {
  const std::int64_t pairs = (columns + 1) / 2;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < rows * pairs; i += step) {
    const std::int64_t row = i / pairs, pair = i % pairs;
    const std::uint64_t stream = mix_words(draw.stream, static_cast<std::uint64_t>(row_keys[row]));
    const std::uint64_t word = mix_words(stream, static_cast<std::uint64_t>(pair));
    for (int half = 0; half < 2 && 2 * pair + half < columns; ++half) {
      const auto bits = static_cast<std::uint32_t>(word >> (32 * half));
      const std::int64_t at = row * columns + 2 * pair + half;
      y[at] = bits >= draw.threshold ? x[at] * draw.scale : 0.0F;
    }
  }
}

}  // namespace

cudaError_t launch_dropout(const float* x, float* y, const std::int64_t* row_keys, std::int64_t rows,
                           std::int64_t columns, const Draw& draw, cudaStream_t stream) {
  const std::int64_t work = rows * ((columns + 1) / 2);
  if (work == 0) return cudaSuccess;
  const std::int64_t wanted = (work + kThreads - 1) / kThreads;
  const auto blocks = static_cast<unsigned>(wanted < kMostBlocks ? wanted : kMostBlocks);
  dropout_kernel<<<blocks, kThreads, 0, stream>>>(x, y, row_keys, rows, columns, draw);
  return cudaGetLastError();
}

}  // namespace fthost::ops::cuda
