#pragma once

/// The kernels' names within their level of instructions: FTHOST_LEVEL is base, avx2 or avx512.

#include "sdk/ops/kernels.h"

namespace fthost::ops::FTHOST_LEVEL {

template <class T>
void dropout(const DropoutTask<T>& task);
template <class T>
void norm_forward(const NormForwardTask<T>& task);
template <class T>
void norm_backward(const NormBackwardTask<T>& task);
template <class T>
void gelu_forward(const GeluForwardTask<T>& task);
template <class T>
void gelu_backward(const GeluBackwardTask<T>& task);
template <class T>
void attention_forward(const AttentionForwardTask<T>& task);
template <class T>
void attention_backward(const AttentionBackwardTask<T>& task);

extern const Kernels kKernels;

}  // namespace fthost::ops::FTHOST_LEVEL
