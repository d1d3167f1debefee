#pragma once

/// Launches of the kernels, which do what those of the CPU do for the same tasks (kernels.h). Raw pointers and a
/// stream, so that .cu files see no LibTorch header. All memory lies on the current device; `scratch` is not used.
/// Asynchronous on `stream`; each returns what the launch said. T: float or Bf16.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "sdk/ops/kernels.h"

namespace fthost::ops::cuda {

template <class T>
cudaError_t launch(const DropoutTask<T>& task, cudaStream_t stream);

template <class T>
cudaError_t launch(const GeluForwardTask<T>& task, cudaStream_t stream);

/// `d_bias`, unless null: [parts, columns]; each part of the rows adds to its line.
template <class T>
cudaError_t launch(const GeluBackwardTask<T>& task, std::int64_t parts, cudaStream_t stream);

/// At most kMostNormColumns columns (device_kernels.h).
template <class T>
cudaError_t launch(const NormForwardTask<T>& task, cudaStream_t stream);

/// `d_weight` and `d_bias`, unless null: as d_bias above.
template <class T>
cudaError_t launch(const NormBackwardTask<T>& task, std::int64_t parts, cudaStream_t stream);

/// `tasks` lie on the host. `sums`: one for each piece (differences.h) of each task, in their order.
cudaError_t launch(const DifferenceTask* tasks, std::int64_t count, double* sums, cudaStream_t stream);

}  // namespace fthost::ops::cuda
