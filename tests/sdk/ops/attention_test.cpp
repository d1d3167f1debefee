#include <fthost/ops.h>

#include "sdk/ops/composition.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

/// Both ways to compute attention against the oracle, with gradients.
bool is_right(at::ScalarType type, const std::vector<std::int64_t>& lengths, std::int64_t heads, std::int64_t size,
              double p, const ops::DropoutKey& key) {
  const auto packing = pack(lengths);
  oracle::Leaves kernel{type}, composition{at::kDouble};
  for (int i = 0; i < 3; ++i) {
    const auto values = at::randn({packing.rows(), heads * size});
    kernel.add(values);
    composition.add(values);
  }
  const auto expected = [&](const std::vector<at::Tensor>& x) {
    return oracle::attention(x[0], x[1], x[2], heads, p, key, packing);
  };
  const auto &k = kernel.found, &c = composition.found;
  const auto out = ops::packed_attention(k[0], k[1], k[2], heads, p, key, packing, true);
  const auto composed = ops::composition::packed_attention(c[0], c[1], c[2], heads, p, key, packing);
  return out.scalar_type() == type &&
         oracle::within(kernel.difference(out, expected(kernel.exact)), oracle::allowed(type)) &&
         oracle::within(composition.difference(composed, expected(composition.exact)), {1e-7, 1e-7});
}

}  // namespace

TEST_CASE("attention and its gradients are right for random shapes, in f32 and bf16", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto size = *rc::gen::element<std::int64_t>(1, 7, 8, 16, 24, 32, 64);
    RC_ASSERT(is_right(oracle::some_type(), oracle::some_lengths(40), *rc::gen::inRange<std::int64_t>(1, 5), size,
                       oracle::some_p(), oracle::some_key()));
  }));
}

TEST_CASE("attention bears no example, empty ones and such of one token", "[unit][ops]") {
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  for (const std::vector<std::int64_t>& lengths :
       std::vector<std::vector<std::int64_t>>{{}, {0}, {0, 0}, {1}, {1, 1, 1}, {0, 5, 0}, {3, 0, 1}})
    CHECK(is_right(type, lengths, 2, 8, .1, {1, 2, 3, 4}));
}

TEST_CASE("attention is right where an example has more queries than are worked on together", "[unit][ops]") {
  const auto length = GENERATE(63, 64, 65, 128, 150);
  CHECK(is_right(GENERATE(at::kFloat, at::kBFloat16), {3, length, 1}, 2, 32, .1, {1, 2, 3, 4}));
}

TEST_CASE("attention bears scores far apart", "[unit][ops]") {
  const auto packing = pack({20});
  const auto query = at::randn({20, 32}) * 100, key = at::randn({20, 32}) * 100, value = at::randn({20, 32});
  const auto out = ops::packed_attention(query, key, value, 1, 0, {}, packing, false);
  const auto expected =
      oracle::attention(query.to(at::kDouble), key.to(at::kDouble), value.to(at::kDouble), 1, 0, {}, packing);
  CHECK(largest_difference(out, expected) < 1e-3);
  CHECK(at::isfinite(out).all().item<bool>());
}

TEST_CASE("attention refuses tensors that do not belong together", "[unit][ops]") {
  const auto packing = pack({9, 4});
  const auto x = at::randn({13, 16});
  const auto message = "query, key and value must have one number type and shape";
  CHECK_THROWS_WITH(ops::packed_attention(x, x.to(at::kBFloat16), x, 2, 0, {}, packing, false), message);
  CHECK_THROWS_WITH(ops::packed_attention(x, x, x.narrow(0, 0, 12), 2, 0, {}, packing, false), message);
  CHECK_THROWS_WITH(ops::packed_attention(x, x, x, 3, 0, {}, packing, false),
                    "query must have the packing's rows, and its columns must divide among the heads");
}

TEST_CASE("attention drops nothing out of training", "[unit][ops]") {
  const auto packing = pack({9, 4});
  const auto x = at::randn({13, 16});
  const auto out = ops::packed_attention(x, x, x, 2, .5, {1, 2, 3, 4}, packing, false);
  CHECK(at::equal(out, ops::packed_attention(x, x, x, 2, 0, {}, packing, true)));
}
