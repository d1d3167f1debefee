#include <fthost/ops.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "sdk/ops/composition.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

constexpr Context kTraining{true, 0, 0, at::kFloat};

/// Both ways to compute attention against the oracle, with gradients.
void check_attention(const std::vector<std::int64_t>& lengths, std::int64_t heads, std::int64_t size, double p,
                     const ops::DropoutKey& key) {
  const auto packing = pack(lengths);
  oracle::Leaves kernel, composition;
  for (int i = 0; i < 3; ++i) {
    const auto values = at::randn({packing.rows(), heads * size});
    kernel.add(values);
    composition.add(values);
  }
  const auto& k = kernel.single;
  const auto expected = [&](const std::vector<at::Tensor>& x) {
    return oracle::attention(x[0], x[1], x[2], heads, p, key, packing);
  };
  const auto out = ops::packed_attention(k[0], k[1], k[2], heads, p, key, packing, kTraining);
  CHECK(kernel.difference(out, expected(kernel.twice)) < 2e-5);
  const auto& c = composition.single;
  const auto composed = ops::composition::packed_attention(c[0], c[1], c[2], heads, p, key, packing, at::kFloat);
  CHECK(composition.difference(composed, expected(composition.twice)) < 2e-5);
}

}  // namespace

TEST_CASE("attention and its gradients are right for random shapes", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto size = *rc::gen::element<std::int64_t>(1, 7, 8, 16, 24, 32, 64);
    check_attention(oracle::some_lengths(40), *rc::gen::inRange<std::int64_t>(1, 5), size, oracle::some_p(),
                    oracle::some_key());
  }));
}

TEST_CASE("attention is right where an example has more queries than are worked on together", "[unit][ops]") {
  const auto length = GENERATE(63, 64, 65, 128, 150);
  check_attention({3, length, 1}, 2, 32, .1, {1, 2, 3, 4});
}

TEST_CASE("attention bears scores far apart", "[unit][ops]") {
  const auto packing = pack({20});
  const auto query = at::randn({20, 32}) * 100, key = at::randn({20, 32}) * 100, value = at::randn({20, 32});
  const auto out = ops::packed_attention(query, key, value, 1, 0, {}, packing, {});
  const auto expected =
      oracle::attention(query.to(at::kDouble), key.to(at::kDouble), value.to(at::kDouble), 1, 0, {}, packing);
  CHECK(largest_difference(out, expected) < 1e-3);
  CHECK(at::isfinite(out).all().item<bool>());
}

TEST_CASE("attention gives an example the same bits in any batch", "[unit][ops]") {
  const at::NoGradGuard no_gradients;
  const auto query = at::randn({37, 64}), key = at::randn({37, 64}), value = at::randn({37, 64});
  const auto run = [&](const at::Tensor& rows, const Packing& packing) {
    const auto take = [&](const at::Tensor& x) { return x.index_select(0, rows); };
    return ops::packed_attention(take(query), take(key), take(value), 2, .2, {1, 2, 3, 4}, packing, kTraining);
  };
  const auto rows = at::arange(37, at::kLong);
  const auto together = run(rows, pack({17, 1, 19}, {7, 8, 9}));
  const auto swapped = run(at::cat({rows.narrow(0, 18, 19), rows.narrow(0, 0, 17)}), pack({19, 17}, {9, 7}));
  CHECK(at::equal(together.narrow(0, 18, 19), swapped.narrow(0, 0, 19)));
  CHECK(at::equal(together.narrow(0, 0, 17), swapped.narrow(0, 19, 17)));
  CHECK(at::equal(together.narrow(0, 17, 1), run(rows.narrow(0, 17, 1), pack({1}, {8}))));
}

TEST_CASE("attention drops nothing out of training", "[unit][ops]") {
  const auto packing = pack({9, 4});
  const auto x = at::randn({13, 16});
  const auto out = ops::packed_attention(x, x, x, 2, .5, {1, 2, 3, 4}, packing, {});
  CHECK(at::equal(out, ops::packed_attention(x, x, x, 2, 0, {}, packing, kTraining)));
}
