#include <fthost/error.h>
#include <fthost/ops.h>

#include "sdk/ops/composition.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

at::Tensor random_rows(const Packing& packing, std::int64_t columns) {
  return at::randn({packing.rows(), columns});
}

double share_kept(double p, const ops::DropoutKey& key) {
  const auto packing = pack({500, 500});
  return ops::dropout(at::ones({1000, 1000}), p, key, packing, true).ne(0).to(at::kDouble).mean().item<double>();
}

}  // namespace

TEST_CASE("mix is SplitMix64", "[unit][ops]") {
  CHECK(ops::mix(0, 0) == 0xE220A8397B1DCDAF);
  CHECK(ops::mix(0, 1) == 0x6E789E6AA1B965F4);
  CHECK(ops::mix(1234567, 2) == 9817491932198370423U);
}

TEST_CASE("dropout keeps what its key says, to the bit, in kernel and composition", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto packing = pack(oracle::some_lengths(20));
    const auto columns = *rc::gen::inRange<std::int64_t>(1, 70);
    const auto p = oracle::some_p();
    const auto key = oracle::some_key();
    const auto type = oracle::some_type();
    const auto x = random_rows(packing, columns).to(type);
    const auto kernel = ops::dropout(x, p, key, packing, true);
    const auto mask = oracle::mask(key, packing.row_keys, columns, p).to(at::kFloat);
    RC_ASSERT(at::equal(kernel, (x.to(at::kFloat) * mask).to(type)));
    RC_ASSERT(at::equal(kernel, ops::composition::dropout(x, p, key, packing)));
  }));
}

TEST_CASE("dropout's gradient passes where the value passed", "[unit][ops]") {
  const auto packing = pack({30, 1, 9});
  const ops::DropoutKey key{1, 2, 3, 4};
  const auto x = at::ones({40, 33}).set_requires_grad(true);
  const auto out = ops::dropout(x, .5, key, packing, true);
  const auto gradient = at::randn({40, 33});
  out.backward(gradient);
  CHECK(at::equal(x.grad(), gradient * out.detach()));
}

TEST_CASE("dropout keeps the share that it should, independently of every part of its key", "[unit][ops]") {
  // Five standard deviations of a mean of a million draws.
  CHECK(std::abs(share_kept(.1, {1, 2, 3, 4}) - .9) < 5 * .3 / 1000);
  CHECK(std::abs(share_kept(.5, {1, 2, 3, 4}) - .5) < 5 * .5 / 1000);
  CHECK(share_kept(0, {1, 2, 3, 4}) == 1);
  const auto packing = pack({1000});
  const auto kept = [&](const ops::DropoutKey& key) {
    return ops::dropout(at::ones({1000, 1000}), .5, key, packing, true).ne(0);
  };
  const auto base = kept({1, 2, 3, 4});
  for (const auto& other : {ops::DropoutKey{2, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 3, 5}, {1, 2, 4, 3}}) {
    const auto agreement = base.eq(kept(other)).to(at::kDouble).mean().item<double>();
    CHECK(std::abs(agreement - .5) < 5 * .5 / 1000);
  }
  // Neighbours, in a row and in a column, are independent too.
  const auto beside = base.narrow(1, 1, 999).eq(base.narrow(1, 0, 999)).to(at::kDouble).mean().item<double>();
  const auto below = base.narrow(0, 1, 999).eq(base.narrow(0, 0, 999)).to(at::kDouble).mean().item<double>();
  CHECK(std::abs(beside - .5) < 5 * .5 / 1000);
  CHECK(std::abs(below - .5) < 5 * .5 / 1000);
}

TEST_CASE("dropout is nothing out of training and at probability 0", "[unit][ops]") {
  const auto packing = pack({5});
  const auto x = random_rows(packing, 8);
  CHECK(ops::dropout(x, .5, {}, packing, false).is_same(x));
  CHECK(ops::dropout(x, 0, {}, packing, true).is_same(x));
}

TEST_CASE("dropout refuses probabilities that are none", "[unit][ops]") {
  const auto packing = pack({5});
  const auto x = random_rows(packing, 8);
  CHECK_THROWS_WITH(ops::dropout(x, 1, {}, packing, true),
                    "a dropout probability must be from 0 and below 1, found 1.000000");
  CHECK_THROWS_AS(ops::dropout(x, -.1, {}, packing, true), Error);
  CHECK_THROWS_AS(ops::dropout(x, std::nan(""), {}, packing, true), Error);
}
