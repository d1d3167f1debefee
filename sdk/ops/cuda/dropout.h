#pragma once

/// Launches of the kernels. Raw pointers and a stream, so that .cu files see no LibTorch header.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "sdk/ops/draw.h"

namespace fthost::ops::cuda {

/// y = x with dropped elements zeroed and the others scaled, as ops::dropout. `x`, `y`: [rows, columns] f32,
/// contiguous, on the device; `row_keys`: [rows] on the device. Asynchronous on `stream`; returns what the launch said.
cudaError_t launch_dropout(const float* x, float* y, const std::int64_t* row_keys, std::int64_t rows,
                           std::int64_t columns, const Draw& draw, cudaStream_t stream);

}  // namespace fthost::ops::cuda
