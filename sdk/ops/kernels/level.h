#pragma once

/// The kernels' names within their level of instructions: FTHOST_LEVEL is base, avx2 or avx512.

#include "sdk/ops/kernels.h"

namespace fthost::ops::FTHOST_LEVEL {

void dropout(const DropoutTask& task);
void norm_forward(const NormForwardTask& task);
void norm_backward(const NormBackwardTask& task);
void attention_forward(const AttentionForwardTask& task);
void attention_backward(const AttentionBackwardTask& task);

extern const Kernels kKernels;

}  // namespace fthost::ops::FTHOST_LEVEL
