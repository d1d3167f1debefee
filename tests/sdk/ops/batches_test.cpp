// What a row gives does not depend on the batch that it is in.

#include <fthost/ops.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <functional>
#include <random>

#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

constexpr std::int64_t kColumns = 32, kHeads = 2;
const ops::DropoutKey kKey{1, 2, 3, 4};

/// Weights of the operators, the same in all batches.
struct Shared {
  at::Tensor weight = at::randn({kColumns, kColumns}), scale = at::randn({kColumns}), bias = at::randn({kColumns});
};

using Operator = std::function<at::Tensor(const at::Tensor&, const Packing&, const Shared&)>;

const std::vector<std::pair<std::string, Operator>> kOperators = {
    {"dropout",
     [](const auto& x, const auto& packing, const auto&) { return ops::dropout(x, .2, kKey, packing, true); }},
    {"attention", [](const auto& x, const auto& packing,
                     const auto&) { return ops::packed_attention(x, x * 2, x + 1, kHeads, .2, kKey, packing, true); }},
    {"norm",
     [](const auto& x, const auto& packing, const auto& shared) {
       return ops::dropout_residual_layer_norm(x, x * 2, shared.scale, shared.bias, 1e-12, .2, kKey, packing, true);
     }},
    {"gelu",
     [](const auto& x, const auto&, const auto& shared) { return ops::bias_gelu(x, shared.bias, ops::Gelu::exact); }}};

struct Rows {
  at::Tensor out, gradient;
};

/// Runs `op` on the examples `ids`, in this order, and puts each one's rows where they lie in the whole.
void run(const Operator& op, const Shared& shared, const std::vector<std::int64_t>& lengths, const at::Tensor& x,
         const at::Tensor& gradient, std::span<const std::uint64_t> ids, Rows& whole) {
  std::vector<std::int64_t> starts = {0}, chosen;
  for (const auto length : lengths) starts.push_back(starts.back() + length);
  std::vector<at::Tensor> places;
  for (const auto id : ids) {
    chosen.push_back(lengths[id]);
    places.push_back(at::arange(starts[id], starts[id + 1], at::kLong));
  }
  const auto rows = at::cat(places);
  const auto in = x.index_select(0, rows).set_requires_grad(true);
  const auto out = op(in, pack(chosen, {ids.begin(), ids.end()}), shared);
  out.backward(gradient.index_select(0, rows));
  const at::NoGradGuard no_gradients;
  whole.out.index_copy_(0, rows, out);
  whole.gradient.index_copy_(0, rows, in.grad());
}

/// Shuffles the examples and deals them out to batches.
std::vector<std::vector<std::uint64_t>> regrouped(std::size_t examples, std::uint32_t seed) {
  std::vector<std::uint64_t> order(examples);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::mt19937 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  std::vector<std::vector<std::uint64_t>> batches(1);
  for (const auto id : order) {
    if (!batches.back().empty() && random() % 3 == 0) batches.emplace_back();
    batches.back().push_back(id);
  }
  return batches;
}

}  // namespace

TEST_CASE("no operator's rows or gradients depend on the batch, dropout included", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto& [name, op] = *rc::gen::elementOf(kOperators);
    const auto type = oracle::some_type();
    auto lengths = oracle::some_lengths(40);
    lengths.push_back(3);
    const Shared shared;
    const auto x = at::randn({pack(lengths).rows(), kColumns}).to(type), gradient = at::randn_like(x);
    Rows together{at::zeros_like(x), at::zeros_like(x)}, apart = {at::zeros_like(x), at::zeros_like(x)};
    std::vector<std::uint64_t> all(lengths.size());
    std::iota(all.begin(), all.end(), std::uint64_t{0});
    run(op, shared, lengths, x, gradient, all, together);
    for (const auto& batch : regrouped(lengths.size(), *rc::gen::arbitrary<std::uint32_t>()))
      run(op, shared, lengths, x, gradient, batch, apart);
    RC_LOG() << name;
    RC_ASSERT(at::equal(together.out, apart.out));
    RC_ASSERT(at::equal(together.gradient, apart.gradient));
  }));
}

TEST_CASE("a product gives a row the same bits in any batch, in f32 and bf16", "[unit][ops]") {
  const at::NoGradGuard no_gradients;
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto [out, in] =
      GENERATE(table<std::int64_t, std::int64_t>({{384, 384}, {1536, 384}, {384, 1536}, {768, 768}}));
  const auto x = at::randn({1200, in}), weight = at::randn({out, in}), bias = at::randn({out});
  ops::Linear linear(weight, bias);
  const Context context{.compute = type};
  const auto all = linear(x, context), activated = linear.gelu(x, ops::Gelu::exact, context);
  for (const std::int64_t rows : {1, 2, 3, 5, 8, 13, 15, 16, 17, 23, 31, 32, 33, 48, 64, 100, 128, 333, 512, 1000}) {
    INFO(type << " " << rows << " rows of " << in << " to " << out);
    const auto some = x.narrow(0, 1200 - rows, rows).contiguous();
    CHECK(at::equal(all.narrow(0, 1200 - rows, rows), linear(some, context)));
    CHECK(at::equal(activated.narrow(0, 1200 - rows, rows), linear.gelu(some, ops::Gelu::exact, context)));
  }
}
