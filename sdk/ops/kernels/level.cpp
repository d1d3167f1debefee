#include "sdk/ops/kernels/level.h"

namespace fthost::ops::FTHOST_LEVEL {

constinit const Kernels kKernels = {dropout, norm_forward, norm_backward, attention_forward, attention_backward};

}  // namespace fthost::ops::FTHOST_LEVEL
