#include <fthost/ops.h>

#include <ATen/ATen.h>

namespace fthost::ops {
namespace {

/// With this many rows or more, a matrix product on the CPU gives a row the same bits whatever the other rows are.
constexpr std::int64_t kFewestRows = 16;

at::Tensor product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType compute) {
  if (compute == at::kFloat || compute == at::kDouble) return at::linear(x, weight, bias);
  return at::linear(x.to(compute), weight.to(compute)).to(at::kFloat) + bias;
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType compute) {
  const auto rows = x.size(0);
  if (rows >= kFewestRows) return product(x, weight, bias, compute);
  const auto padded = at::constant_pad_nd(x, {0, 0, 0, kFewestRows - rows});
  return product(padded, weight, bias, compute).narrow(0, 0, rows);
}

}  // namespace fthost::ops
