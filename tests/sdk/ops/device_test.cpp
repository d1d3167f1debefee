// What the CUDA library brings, held against the CPU. Without the library or a device these tests say so and check
// nothing.

#include <ATen/Context.h>
#include <fthost/ops.h>

#include <functional>
#include <vector>

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

using Operator = std::function<at::Tensor(const std::vector<at::Tensor>& leaves, const Packing& packing)>;

const ops::DropoutKey kKey{.seed = 5, .step = 3, .stage = 2, .site = 1};

/// What `op` gives for `inputs` on `device`, and the gradients of all inputs, on the CPU.
std::vector<at::Tensor> results(const Operator& op, const std::vector<at::Tensor>& inputs, const Packing& packing,
                                const at::Tensor& gradient, at::Device device) {
  std::vector<at::Tensor> leaves;
  for (const auto& input : inputs) leaves.push_back(input.to(device).clone().set_requires_grad(true));
  const auto out = op(leaves, device.is_cpu() ? packing : on_device(packing));
  out.backward(gradient.to(device, out.scalar_type()));
  std::vector<at::Tensor> found = {out.detach().cpu()};
  for (const auto& leaf : leaves) found.push_back(leaf.grad().cpu());
  return found;
}

/// Is all the same as on the CPU, but for rounding? The first input has the result's shape.
bool equals_cpu(const Operator& op, const std::vector<at::Tensor>& inputs, const Packing& packing) {
  const auto gradient = at::randn(inputs[0].sizes());
  const auto expected = results(op, inputs, packing, gradient, at::kCPU);
  const auto found = results(op, inputs, packing, gradient, at::kCUDA);
  const double rough = inputs[0].scalar_type() == at::kBFloat16 ? 0x1p-6 : 1e-4;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto least = i == 0 ? oracle::kLeastResult : oracle::kLeastGradient;
    const auto off = oracle::relative_difference(found[i], expected[i].to(at::kDouble), least);
    if (found[i].scalar_type() == expected[i].scalar_type() && off < rough) continue;
    WARN("number " << i << " is off by " << off);
    return false;
  }
  return true;
}

/// Rows of a packing on the device.
at::Tensor random_bf16(const Packing& packing, std::int64_t columns) {
  return at::randn({packing.rows(), columns}).to(at::kBFloat16).to(at::kCUDA);
}

/// While this lives, LibTorch is asked for what a run on a device asks it for (core/engine/device.cpp).
class Deterministic {
 public:
  Deterministic() { at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true); }
  ~Deterministic() { at::globalContext().setDeterministicAlgorithms(false, /*warn_only=*/false); }
  Deterministic(const Deterministic&) = delete;
  Deterministic& operator=(const Deterministic&) = delete;
};

}  // namespace

TEST_CASE("dropout draws the same on a device, forward and backward", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto columns = GENERATE(as<std::int64_t>(), 128, 129);
  const auto packing = pack({7, 1, 300, 64});
  const std::vector<at::Tensor> inputs = {at::randn({packing.rows(), columns}).to(type)};
  const auto drop = [](const auto& leaves, const Packing& p) { return ops::dropout(leaves[0], .3, kKey, p, true); };
  const auto gradient = at::randn_like(inputs[0]);
  const auto expected = results(drop, inputs, packing, gradient, at::kCPU);
  const auto found = results(drop, inputs, packing, gradient, at::kCUDA);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(at::equal(found[i], expected[i]));
}

TEST_CASE("bias and GELU on a device equal the CPU's, with their gradients", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto form = GENERATE(ops::Gelu::exact, ops::Gelu::tanh);
  const auto columns = GENERATE(as<std::int64_t>(), 3, 49, 1536);
  const auto packing =
      pack(GENERATE(std::vector<std::int64_t>{0}, std::vector<std::int64_t>{1}, std::vector<std::int64_t>{40, 700}));
  const auto gelu = [&](const auto& leaves, const Packing&) { return ops::bias_gelu(leaves[0], leaves[1], form); };
  CHECK(equals_cpu(gelu, {at::randn({packing.rows(), columns}).to(type) * 2, at::randn({columns})}, packing));
}

TEST_CASE("dropout, residual and norm on a device equal the CPU's, with their gradients", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto p = GENERATE(0., .2);
  // The last has too many for the kernel, the one before as many as it takes.
  const auto columns = GENERATE(as<std::int64_t>(), 49, 384, 768, 12288, 12292);
  const auto packing = pack(
      GENERATE(std::vector<std::int64_t>{0}, std::vector<std::int64_t>{1}, std::vector<std::int64_t>{7, 1, 40, 600}));
  const auto norm = [&](const auto& x, const Packing& there) {
    return ops::dropout_residual_layer_norm(x[0], x[1], x[2], x[3], 1e-12, p, kKey, there, true);
  };
  const auto rows = at::randn({packing.rows(), columns}).to(type);
  CHECK(equals_cpu(norm, {rows, at::randn_like(rows), at::randn({columns}), at::randn({columns})}, packing));
}

TEST_CASE("linear in bf16 on a device equals the CPU's, with gradients that are not rounded to bf16", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto packing = pack({GENERATE(as<std::int64_t>(), 0, 1, 15, 16, 700)});
  const auto linear = [](const auto& x, const Packing&) { return ops::linear(x[0], x[1], x[2], at::kBFloat16); };
  const auto rows = at::randn({packing.rows(), 48}).to(at::kBFloat16);
  const auto weight = at::randn({48, 48}), bias = at::randn({48});
  CHECK(equals_cpu(linear, {rows, weight, bias}, packing));
  const auto d_out = at::randn_like(rows);
  const auto d_weight = results(linear, {rows, weight, bias}, packing, d_out, at::kCUDA)[2];
  const auto wide = [](const at::Tensor& x) { return x.to(at::kDouble); };
  CHECK(oracle::relative_difference(d_weight, at::mm(wide(d_out).t(), wide(rows)), oracle::kLeastGradient) < 1e-4);
}

TEST_CASE("attention without dropout on a device equals the CPU's, with its gradients", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto size = GENERATE(as<std::int64_t>(), 8, 12, 32, 64, 200);
  const auto packing = pack(GENERATE(std::vector<std::int64_t>{1}, std::vector<std::int64_t>{7, 0, 1, 300, 64}));
  const auto attend = [](const auto& x, const Packing& there) {
    return ops::packed_attention(x[0], x[1], x[2], 3, 0, kKey, there, true);
  };
  const auto rows = [&] { return at::randn({packing.rows(), 3 * size}).to(type); };
  CHECK(equals_cpu(attend, {rows(), rows(), rows()}, packing));
}

TEST_CASE("attention's dropout in bf16 on a device depends on its key, and on nothing before it", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto here = pack({64, 1, 90});
  const auto packing = on_device(here);
  const auto query = random_bf16(here, 32), key = random_bf16(here, 32), value = random_bf16(here, 32);
  const auto attend = [&](const ops::DropoutKey& of) {
    return ops::packed_attention(query, key, value, 2, .5, of, packing, true);
  };
  const auto first = attend(kKey);
  const auto generator = at::globalContext().defaultGenerator(query.device());
  const auto seed = generator.current_seed(), offset = generator.get_offset();
  for (const auto& other : {ops::DropoutKey{6, 3, 2, 1}, {5, 4, 2, 1}, {5, 3, 1, 1}, {5, 3, 2, 0}})
    CHECK_FALSE(at::equal(attend(other), first));
  CHECK(generator.current_seed() == seed);
  CHECK(generator.get_offset() == offset);
  at::rand({1000}, query.options().dtype(at::kFloat));
  CHECK(at::equal(attend(kKey), first));
}

TEST_CASE("attention in bf16 on a device drops the share that it should, the same forward and backward", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto here = pack(std::vector<std::int64_t>(40, 50));
  const auto packing = on_device(here);
  const auto query = random_bf16(here, 32), key = random_bf16(here, 32);
  const auto attend = [&](const at::Tensor& value) {
    return ops::packed_attention(query, key, value, 4, .5, kKey, packing, true);
  };
  // Weights after dropout add up to 1 in the mean, over 8,000 sums of about 50.
  CHECK(std::abs(attend(at::ones_like(query)).to(at::kDouble).mean().item<double>() - 1) < .02);
  // The result is linear in the values, so that the gradients of its half square give the square again, if they were
  // made with the same mask.
  const auto value = random_bf16(here, 32).set_requires_grad(true);
  const auto out = attend(value);
  out.backward(out.detach());
  const auto wide = [](const at::Tensor& x) { return x.detach().to(at::kDouble); };
  const auto forward = wide(out).square().sum().item<double>();
  const auto backward = (wide(value) * wide(value.grad())).sum().item<double>();
  CHECK(std::abs(forward - backward) < 1e-2 * forward);
}

TEST_CASE("attention's gradients in bf16 on a device are the same each time", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const Deterministic deterministic;
  // A query's gradient is a sum over blocks of at most 128 keys. The order of two does not show: it takes three.
  const auto here = pack(std::vector<std::int64_t>(4, 512));
  const auto packing = on_device(here);
  const auto query = random_bf16(here, 256), key = random_bf16(here, 256), value = random_bf16(here, 256),
             d_out = random_bf16(here, 256);
  const auto gradients = [&] {
    std::vector<at::Tensor> leaves = {query.clone(), key.clone(), value.clone()};
    for (auto& leaf : leaves) leaf.set_requires_grad(true);
    ops::packed_attention(leaves[0], leaves[1], leaves[2], 4, .1, kKey, packing, true).backward(d_out);
    return at::stack({leaves[0].grad(), leaves[1].grad(), leaves[2].grad()});
  };
  const auto first = gradients();
  for (int time = 0; time < 20; ++time) CHECK(at::equal(gradients(), first));
  CHECK(at::globalContext().deterministicAlgorithms());
  CHECK(at::globalContext().deterministicAlgorithmsWarnOnly());
}

TEST_CASE("squared distances of lists on a device equal the CPU's", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  std::vector<at::Tensor> a, b, a_there, b_there;
  // More than fit into a launch, some of them empty, of one element, and of several pieces.
  for (std::int64_t i = 0; i < 300; ++i) {
    const auto elements = i % 50 == 0 ? (std::int64_t{1} << 17) + i : i % 7;
    a.push_back(at::randn({elements}));
    b.push_back(at::randn({elements}));
    a_there.push_back(a.back().to(at::kCUDA));
    b_there.push_back(b.back().to(at::kCUDA));
  }
  const auto expected = ops::squared_distances(a, b), found = ops::squared_distances(a_there, b_there);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(found[i] - expected[i]) <= 1e-12 * expected[i]);
}

TEST_CASE("attention in f32 draws the same on a device", "[gpu][ops]") {
  if (!has_cuda_device()) return;
  const auto packing = pack({7, 1, 40});
  const auto attend = [](const auto& x, const Packing& there) {
    return ops::packed_attention(x[0], x[1], x[2], 4, .2, kKey, there, true);
  };
  const auto rows = [&] { return at::randn({packing.rows(), 48}); };
  CHECK(equals_cpu(attend, {rows(), rows(), rows()}, packing));
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
