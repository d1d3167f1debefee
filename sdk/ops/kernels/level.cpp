#include "sdk/ops/kernels/level.h"

namespace fthost::ops::FTHOST_LEVEL {

template <class T>
inline constexpr KernelsOf<T> kKernelsOf = {dropout<T>,           norm_forward<T>,  norm_backward<T>,
                                            gelu_forward<T>,      gelu_backward<T>, attention_forward<T>,
                                            attention_backward<T>};

constinit const Kernels kKernels = {kKernelsOf<float>, kKernelsOf<Bf16>};

}  // namespace fthost::ops::FTHOST_LEVEL
