#include <fthost/ops.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "sdk/ops/composition.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

constexpr double kEpsilon = 1e-12;

std::vector<at::Tensor> random_inputs(std::int64_t rows, std::int64_t columns) {
  return {at::randn({rows, columns}), at::randn({rows, columns}), at::randn({columns}), at::randn({columns})};
}

}  // namespace

TEST_CASE("dropout, residual and norm with their gradients are right for random shapes", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto packing = pack(oracle::some_lengths(60));
    const auto columns = *rc::gen::inRange<std::int64_t>(2, 100);
    const auto p = oracle::some_p();
    const auto key = oracle::some_key();
    oracle::Leaves kernel, composition;
    for (const auto& values : random_inputs(packing.rows(), columns)) {
      kernel.add(values);
      composition.add(values);
    }
    const auto expected = [&](const std::vector<at::Tensor>& x) {
      return oracle::dropout_residual_layer_norm(x[0], x[1], x[2], x[3], kEpsilon, p, key, packing);
    };
    // A row of two or three columns can have a tiny deviation, which makes gradients large.
    const double bound = columns < 8 ? 1e-2 : 1e-4;
    const auto& k = kernel.single;
    const auto out = ops::dropout_residual_layer_norm(k[0], k[1], k[2], k[3], kEpsilon, p, key, packing, true);
    RC_ASSERT(kernel.difference(out, expected(kernel.twice)) < bound);
    const auto& c = composition.single;
    const auto composed =
        ops::composition::dropout_residual_layer_norm(c[0], c[1], c[2], c[3], kEpsilon, p, key, packing);
    RC_ASSERT(composition.difference(composed, expected(composition.twice)) < bound);
  }));
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

TEST_CASE("the norm gives a row the same bits in any batch", "[unit][ops]") {
  const at::NoGradGuard no_gradients;
  const auto inputs = random_inputs(50, 384);
  const auto run = [&](std::int64_t first, std::int64_t count, const Packing& packing) {
    return ops::dropout_residual_layer_norm(inputs[0].narrow(0, first, count), inputs[1].narrow(0, first, count),
                                            inputs[2], inputs[3], kEpsilon, .1, {1, 2, 3, 4}, packing, true);
  };
  const auto together = run(0, 50, pack({20, 30}, {7, 8}));
  CHECK(at::equal(together.narrow(0, 20, 30), run(20, 30, pack({30}, {8}))));
}
