#include <fthost/ops.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <cmath>
#include <vector>

#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

TEST_CASE("linear is x W^T + b for any number of rows, with its gradients, in f32 and bf16", "[unit][ops]") {
  const auto rows = GENERATE(as<std::int64_t>(), 0, 1, 2, 15, 16, 17, 40);
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  oracle::Leaves leaves{type};
  leaves.add(at::randn({rows, 24}));
  // Values that bf16 holds: then the copy that is multiplied with is the weight.
  leaves.add(at::randn({10, 24}).to(at::kBFloat16), at::kFloat);
  leaves.add(at::randn({10}).to(at::kBFloat16), at::kFloat);
  const auto &x = leaves.found, &e = leaves.exact;
  const auto out = ops::linear(x[0], x[1], x[2], type);
  CHECK(out.scalar_type() == type);
  CHECK(oracle::within(leaves.difference(out, at::mm(e[0], e[1].t()) + e[2]), oracle::allowed(type)));
}

TEST_CASE("linear and GELU together are the two of them, with gradients", "[unit][ops]") {
  const auto rows = GENERATE(as<std::int64_t>(), 1, 40);
  const auto form = GENERATE(ops::Gelu::exact, ops::Gelu::tanh);
  oracle::Leaves leaves;
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{rows, 24}, {10, 24}, {10}})
    leaves.add(at::randn(shape));
  ops::Linear linear(leaves.found[1], leaves.found[2]);
  const auto& e = leaves.exact;
  CHECK(oracle::within(
      leaves.difference(linear.gelu(leaves.found[0], form, {}), oracle::bias_gelu(at::mm(e[0], e[1].t()), e[2], form)),
      oracle::allowed(at::kFloat)));
}

TEST_CASE("weight and bias that learn are copied to bf16 anew in each step, and each after its own changes",
          "[unit][ops]") {
  const at::NoGradGuard no_gradients;
  const bool weight_learns = GENERATE(false, true), bias_learns = GENERATE(false, true);
  const auto weight = at::randn({32, 24}).set_requires_grad(weight_learns);
  const auto bias = at::randn({32}).set_requires_grad(bias_learns);
  const bool weight_changes = GENERATE(false, true);
  const auto& changed = weight_changes ? weight : bias;
  const auto x = at::randn({20, 24});
  ops::Linear linear(weight, bias);
  const auto run = [&](std::int64_t step) { return linear(x, {.step = step, .compute = at::kBFloat16}); };
  const auto fresh = [&] { return ops::linear(x, weight, bias, at::kBFloat16); };
  CHECK(at::equal(run(0), fresh()));
  changed.add_(1);
  CHECK(at::equal(run(0), fresh()));
  changed.mutable_data_ptr<float>()[0] += 10;  // past LibTorch's count of changes
  CHECK(at::equal(run(1), fresh()) == (weight_changes ? weight_learns : bias_learns));
}

TEST_CASE("embedding takes rows, and adds their gradients where a row was taken twice", "[unit][ops]") {
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto table = at::randn({6, 3}).to(type).set_requires_grad(true);
  const auto ids = at::tensor({4, 0, 4, 5, 4}, at::kLong);
  const auto rows = ops::embedding(table, ids);
  CHECK(at::equal(rows, table.index({ids})));
  const auto gradient = at::randn({5, 3}).to(type);
  rows.backward(gradient);
  auto expected = at::zeros({6, 3});
  for (std::int64_t i = 0; i < 5; ++i) expected[ids[i].item<std::int64_t>()] += gradient[i].to(at::kFloat);
  CHECK(at::equal(table.grad(), expected.to(type)));
}

TEST_CASE("embedding's gradient is LibTorch's for random ids, and zero where no id points", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto entries = *rc::gen::inRange<std::int64_t>(1, 50), rows = *rc::gen::inRange<std::int64_t>(0, 300);
    const auto type = oracle::some_type();
    oracle::Leaves leaves{type};
    leaves.add(at::randn({entries, 24}));
    const auto ids = at::randint(entries, {rows}, at::kLong);
    const auto out = ops::embedding(leaves.found[0], ids);
    // In bf16, too, only the sum is rounded.
    RC_ASSERT(oracle::within(leaves.difference(out, at::embedding(leaves.exact[0], ids)),
                             {0, type == at::kBFloat16 ? 0x1.02p-8 : 1e-6}));
    auto unseen = at::ones({entries}, at::kBool);
    unseen.index_fill_(0, ids, 0);
    RC_ASSERT(leaves.found[0].grad().index({unseen}).eq(0).all().item<bool>());
  }));
}

TEST_CASE("normal values have the moments and the shape of the normal distribution", "[unit][ops]") {
  auto values = at::empty({1000, 1001});
  ops::fill_normal(values, 2018, "classifier.weight", 2);
  const auto x = values.to(at::kDouble) / 2;
  const double n = static_cast<double>(x.numel());
  CHECK(std::abs(x.mean().item<double>()) < 5 / std::sqrt(n));
  CHECK(std::abs(x.square().mean().item<double>() - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(x.pow(3).mean().item<double>()) < 5 * std::sqrt(15 / n));
  CHECK(std::abs(x.pow(4).mean().item<double>() - 3) < 5 * std::sqrt(96 / n));
  for (const double bound : {-2., -1., 0., .5, 3.}) {
    const double share = x.le(bound).to(at::kDouble).mean().item<double>();
    CHECK(std::abs(share - .5 * std::erfc(-bound / std::sqrt(2.))) < 5 * .5 / std::sqrt(n));
  }
}

TEST_CASE("normal values are a function of seed, name and element", "[unit][ops]") {
  const auto fill = [](std::uint64_t seed, const char* name, std::int64_t count) {
    auto values = at::empty({count});
    ops::fill_normal(values, seed, name, 1);
    return values;
  };
  const auto base = fill(1, "a", 101);
  CHECK(at::equal(base, fill(1, "a", 5000).narrow(0, 0, 101)));
  CHECK_FALSE(at::equal(base, fill(2, "a", 101)));
  CHECK_FALSE(at::equal(base, fill(1, "b", 101)));
}
