#include "sdk/ops/kernels.h"

#include <ATen/Version.h>

namespace fthost::ops {

namespace base {
extern const Kernels kKernels;
}
#ifdef __x86_64__
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
#endif

std::int64_t attention_scratch(std::int64_t tokens, std::int64_t size) {
  // Of the backward pass, which needs more: five matrices of a line a token, five of a line a query, each line rounded
  // up to 16 floats, and their number to four.
  const auto line = tokens + 16, width = size + 16, queries = std::int64_t{64};
  return 3 * (tokens + 4) * width + 2 * (size + 4) * line + queries * (3 * width + 2 * line) + 10 * 16;
}

const Kernels& all_kernels() {
#ifdef __x86_64__
  static const Kernels& chosen = [&]() -> const Kernels& {
    const auto capability = at::get_cpu_capability();
    if (capability == "AVX512") return avx512::kKernels;
    return capability == "AVX2" ? avx2::kKernels : base::kKernels;
  }();
  return chosen;
#else
  return base::kKernels;
#endif
}

}  // namespace fthost::ops
