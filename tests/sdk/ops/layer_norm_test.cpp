#include <fthost/ops.h>

#include "sdk/ops/composition.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

constexpr double kEpsilon = 1e-12;

std::vector<at::Tensor> random_inputs(std::int64_t rows, std::int64_t columns) {
  return {at::randn({rows, columns}), at::randn({rows, columns}), at::randn({columns}), at::randn({columns})};
}

/// Kernel and composition against the oracle, with gradients; weight and bias are f32 in any case.
bool is_right(at::ScalarType type, const std::vector<std::int64_t>& lengths, std::int64_t columns, double p,
              const ops::DropoutKey& key, const oracle::Differences& allowed) {
  const auto packing = pack(lengths);
  oracle::Leaves kernel{type}, composition{at::kDouble};
  const auto inputs = random_inputs(packing.rows(), columns);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    kernel.add(inputs[i], i < 2 ? type : at::kFloat);
    composition.add(inputs[i]);
  }
  const auto expected = [&](const std::vector<at::Tensor>& x) {
    return oracle::dropout_residual_layer_norm(x[0], x[1], x[2], x[3], kEpsilon, p, key, packing);
  };
  const auto &k = kernel.found, &c = composition.found;
  const auto out = ops::dropout_residual_layer_norm(k[0], k[1], k[2], k[3], kEpsilon, p, key, packing, true);
  const auto composed =
      ops::composition::dropout_residual_layer_norm(c[0], c[1], c[2], c[3], kEpsilon, p, key, packing);
  return out.scalar_type() == type && oracle::within(kernel.difference(out, expected(kernel.exact)), allowed) &&
         oracle::within(composition.difference(composed, expected(composition.exact)), {1e-6, 1e-6});
}

}  // namespace

TEST_CASE("dropout, residual and norm with their gradients are right for random shapes, in f32 and bf16",
          "[unit][ops]") {
  CHECK(rc::check([] {
    const auto type = oracle::some_type();
    RC_ASSERT(is_right(type, oracle::some_lengths(60), *rc::gen::inRange<std::int64_t>(8, 100), oracle::some_p(),
                       oracle::some_key(), oracle::allowed(type)));
  }));
}

TEST_CASE("the norm bears narrow rows, no example, empty ones and such of one token", "[unit][ops]") {
  // A row of few columns can have a tiny deviation, which makes gradients large.
  const auto columns = GENERATE(as<std::int64_t>(), 3, 5);
  CHECK(is_right(at::kFloat, {30, 1}, columns, 0, {1, 2, 3, 4}, {1e-2, 1e-2}));
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  for (const std::vector<std::int64_t>& lengths :
       std::vector<std::vector<std::int64_t>>{{}, {0}, {1}, {1, 0, 1}, {0, 5, 0}})
    CHECK(is_right(type, lengths, 48, .1, {1, 2, 3, 4}, oracle::allowed(type)));
}

TEST_CASE("the norm computes no gradients for weights that do not learn", "[unit][ops]") {
  const auto packing = pack({20});
  auto inputs = random_inputs(20, 48);
  inputs[0].set_requires_grad(true);
  ops::dropout_residual_layer_norm(inputs[0], inputs[1], inputs[2], inputs[3], kEpsilon, .1, {}, packing, true)
      .sum()
      .backward();
  CHECK(inputs[0].grad().defined());
  for (int i = 1; i < 4; ++i) CHECK_FALSE(inputs[static_cast<std::size_t>(i)].grad().defined());
}
