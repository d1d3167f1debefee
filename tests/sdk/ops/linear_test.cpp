#include <fthost/ops.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/catch.h"
#include "tests/tensor_files.h"

using namespace fthost;

TEST_CASE("linear is x W^T + b for any number of rows, with its gradients", "[unit][ops]") {
  const std::int64_t rows = GENERATE(1, 2, 15, 16, 17, 40);
  std::vector<at::Tensor> x = {at::randn({rows, 24}), at::randn({10, 24}), at::randn({10})}, y;
  for (auto& tensor : x) {
    y.push_back(tensor.to(at::kDouble).set_requires_grad(true));
    tensor.set_requires_grad(true);
  }
  const auto out = ops::linear(x[0], x[1], x[2], at::kFloat);
  const auto expected = at::mm(y[0], y[1].t()) + y[2];
  CHECK(largest_difference(out.detach(), expected.detach()) < 1e-5);
  const auto gradient = at::randn({rows, 10});
  out.backward(gradient);
  expected.backward(gradient.to(at::kDouble));
  for (std::size_t i = 0; i < 3; ++i) CHECK(largest_difference(x[i].grad(), y[i].grad()) < 5e-5);
}

TEST_CASE("linear gives a row the same bits in any batch", "[unit][ops]") {
  const at::NoGradGuard no_gradients;
  const auto x = at::randn({200, 384}), weight = at::randn({1536, 384}), bias = at::randn({1536});
  const auto all = ops::linear(x, weight, bias, at::kFloat);
  for (const std::int64_t rows : {1, 3, 15, 16, 17, 100})
    CHECK(at::equal(all.narrow(0, 200 - rows, rows),
                    ops::linear(x.narrow(0, 200 - rows, rows).contiguous(), weight, bias, at::kFloat)));
}

TEST_CASE("linear multiplies in bfloat16 when asked to, and gives f32", "[unit][ops]") {
  const auto x = at::randn({20, 64}), weight = at::randn({8, 64}), bias = at::randn({8});
  const auto out = ops::linear(x, weight, bias, at::kBFloat16);
  CHECK(out.scalar_type() == at::kFloat);
  const auto rounded = [](const at::Tensor& t) { return t.to(at::kBFloat16).to(at::kDouble); };
  const auto expected = at::mm(rounded(x), rounded(weight).t());
  CHECK(largest_difference(out - bias, expected) < 0.01 * expected.abs().max().item<double>());
}

TEST_CASE("embedding takes rows, and adds their gradients where a row was taken twice", "[unit][ops]") {
  const auto table = at::randn({6, 3}).set_requires_grad(true);
  const auto ids = at::tensor({4, 0, 4, 5, 4}, at::kLong);
  const auto rows = ops::embedding(table, ids);
  CHECK(at::equal(rows, table.index({ids})));
  const auto gradient = at::randn({5, 3});
  rows.backward(gradient);
  auto expected = at::zeros({6, 3});
  for (std::int64_t i = 0; i < 5; ++i) expected[ids[i].item<std::int64_t>()] += gradient[i];
  CHECK(at::equal(table.grad(), expected));
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
