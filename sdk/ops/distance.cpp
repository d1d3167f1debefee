#include <fthost/ops.h>

#include <ATen/ATen.h>

#include <algorithm>

namespace fthost::ops {

double squared_distance(const at::Tensor& a, const at::Tensor& b) {
  constexpr std::int64_t piece = 1 << 20;
  const auto left = a.reshape({-1}), right = b.reshape({-1});
  double sum = 0;
  for (std::int64_t begin = 0; begin < left.numel(); begin += piece) {
    const auto length = std::min(piece, left.numel() - begin);
    const auto difference = left.narrow(0, begin, length).to(at::kDouble) - right.narrow(0, begin, length);
    sum += difference.dot(difference).item<double>();
  }
  return sum;
}

}  // namespace fthost::ops
