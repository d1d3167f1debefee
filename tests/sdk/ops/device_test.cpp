// What the CUDA library brings, held against the CPU. Without the library or a device these tests say so and check
// nothing.

#include <fthost/ops.h>

#include "tests/catch.h"
#include "tests/cuda_device.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

Packing on_device(Packing packing) {
  packing.positions = packing.positions.to(at::kCUDA);
  packing.row_keys = packing.row_keys.to(at::kCUDA);
  return packing;
}

}  // namespace

TEST_CASE("dropout draws the same on a device, forward and backward", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto packing = pack({7, 1, 300, 64});
  const ops::DropoutKey key{.seed = 5, .step = 3, .stage = 2, .site = 1};
  const auto x = at::randn({packing.rows(), 129});
  auto on_cpu = x.clone().set_requires_grad(true);
  auto there = x.to(at::kCUDA).set_requires_grad(true);
  const auto expected = ops::dropout(on_cpu, 0.3, key, packing, true);
  const auto found = ops::dropout(there, 0.3, key, on_device(packing), true);
  CHECK(at::equal(found.cpu(), expected));
  expected.sum().backward();
  found.sum().backward();
  CHECK(at::equal(there.grad().cpu(), on_cpu.grad()));
}

TEST_CASE("attention and norms on a device equal the CPU's", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto packing = pack({7, 1, 40});
  const ops::DropoutKey key{.seed = 5, .step = 3, .stage = 2, .site = 1};
  const auto q = at::randn({packing.rows(), 48}), k = at::randn_like(q), v = at::randn_like(q);
  const auto expected = ops::packed_attention(q, k, v, 4, 0.2, key, packing, true);
  const auto found =
      ops::packed_attention(q.to(at::kCUDA), k.to(at::kCUDA), v.to(at::kCUDA), 4, 0.2, key, on_device(packing), true);
  CHECK(at::allclose(found.cpu(), expected, 1e-4, 1e-5));
  const auto weight = at::rand({48}), bias = at::rand({48});
  const auto norm = ops::dropout_residual_layer_norm(q, k, weight, bias, 1e-12, 0.2, key, packing, true);
  const auto norm_there =
      ops::dropout_residual_layer_norm(q.to(at::kCUDA), k.to(at::kCUDA), weight.to(at::kCUDA), bias.to(at::kCUDA),
                                       1e-12, 0.2, key, on_device(packing), true);
  CHECK(at::allclose(norm_there.cpu(), norm, 1e-4, 1e-5));
}

TEST_CASE("operators in bf16, GELU and embedding on a device equal the CPU's", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const double rough = type == at::kBFloat16 ? 0x1p-6 : 1e-4;
  const auto packing = pack({7, 1, 40, 0});
  const ops::DropoutKey key{.seed = 5, .step = 3, .stage = 2, .site = 1};
  const auto x = at::randn({packing.rows(), 48}).to(type), y = at::randn_like(x);
  const auto weight = at::rand({48}), bias = at::rand({48}), table = at::randn({9, 48}).to(type);
  const auto ids = at::randint(9, {packing.rows()}, at::kLong);
  const auto all = [&](const auto& to, const Packing& p) {
    std::vector<at::Tensor> leaves = {to(x), to(y), to(weight), to(bias), to(table)};
    for (auto& leaf : leaves) leaf = leaf.clone().set_requires_grad(true);
    const auto attended = ops::packed_attention(leaves[0], leaves[1], leaves[1], 4, .2, key, p, true);
    const auto normed =
        ops::dropout_residual_layer_norm(attended, leaves[1], leaves[2], leaves[3], 1e-12, .2, key, p, true);
    const auto out = ops::bias_gelu(normed + ops::embedding(leaves[4], to(ids)), leaves[3], ops::Gelu::exact);
    out.to(at::kFloat).square().sum().backward();
    std::vector<at::Tensor> found = {out.detach().cpu()};
    for (const auto& leaf : leaves) found.push_back(leaf.grad().cpu());
    return found;
  };
  const auto expected = all([](const at::Tensor& t) { return t; }, packing);
  const auto found = all([](const at::Tensor& t) { return t.to(at::kCUDA); }, on_device(packing));
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(oracle::relative_difference(found[i], expected[i].to(at::kDouble), oracle::kLeastResult) < rough);
}
