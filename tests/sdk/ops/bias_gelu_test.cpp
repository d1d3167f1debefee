#include <fthost/ops.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <cmath>

#include "sdk/ops/composition.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

/// Kernel and composition against the oracle, with gradients; the bias is f32 in any case.
bool is_right(at::ScalarType type, std::int64_t rows, std::int64_t columns, ops::Gelu form) {
  oracle::Leaves kernel{type}, composition{at::kDouble};
  const auto x = at::randn({rows, columns}) * 2, bias = at::randn({columns});
  for (auto* leaves : {&kernel, &composition}) {
    leaves->add(x);
    leaves->add(bias, type == at::kBFloat16 && leaves == &kernel ? at::kFloat : leaves->type);
  }
  const auto &k = kernel.found, &c = composition.found;
  const auto out = ops::bias_gelu(k[0], k[1], form);
  const auto composed = ops::composition::bias_gelu(c[0], c[1], form);
  return out.scalar_type() == type &&
         oracle::within(kernel.difference(out, oracle::bias_gelu(kernel.exact[0], kernel.exact[1], form)),
                        oracle::allowed(type)) &&
         oracle::within(
             composition.difference(composed, oracle::bias_gelu(composition.exact[0], composition.exact[1], form)),
             {1e-12, 1e-12});
}

/// From -14 to 14 in steps of 1e-4, and then up to 1e9 both ways.
at::Tensor all_sizes() {
  const auto near = at::linspace(-14, 14, 280001, at::kFloat), far = at::logspace(1, 9, 1000, 10, at::kFloat);
  return at::cat({near, far, -far}).unsqueeze(0);
}

}  // namespace

TEST_CASE("bias and GELU with their gradients are right for random shapes, in f32 and bf16", "[unit][ops]") {
  CHECK(rc::check([] {
    RC_ASSERT(is_right(oracle::some_type(), *rc::gen::inRange<std::int64_t>(0, 70),
                       *rc::gen::inRange<std::int64_t>(1, 100), *rc::gen::element(ops::Gelu::exact, ops::Gelu::tanh)));
  }));
}

TEST_CASE("GELU is 2e-7 of its argument off at most, and its slope 6e-7", "[unit][ops]") {
  const auto x = all_sizes();
  const auto form = GENERATE(ops::Gelu::exact, ops::Gelu::tanh);
  const auto found = x.clone().set_requires_grad(true), exact = x.to(at::kDouble).set_requires_grad(true);
  const auto zeros = at::zeros({x.size(1)});
  const auto out = ops::bias_gelu(found, zeros, form);
  const auto expected = oracle::bias_gelu(exact, zeros, form);
  const auto share = (out.detach() - expected.detach()).abs() / exact.detach().abs().clamp_min(1e-30);
  CHECK(share.max().item<double>() < 2e-7);
  out.sum().backward();
  expected.sum().backward();
  // Beyond 40 the exact slope of the form with tanh is infinity times zero.
  const auto bounded = x.abs() < 40;
  CHECK(largest_difference(found.grad().index({bounded}), exact.grad().index({bounded})) < 6e-7);
}

TEST_CASE("GELU's tail keeps its relative accuracy", "[unit][ops]") {
  const auto x = at::linspace(-8, 0, 80001, at::kFloat).unsqueeze(0).narrow(1, 0, 80000);
  const auto found = ops::bias_gelu(x, at::zeros({80000}), ops::Gelu::exact).to(at::kDouble);
  const auto z = x.to(at::kDouble);
  const auto exact = z * at::erfc(-z / std::sqrt(2.)) / 2;
  CHECK((found / exact - 1).abs().max().item<double>() < 5e-6);
}

TEST_CASE("GELU passes NaN on, and computes no gradient of a bias that does not learn", "[unit][ops]") {
  const auto form = GENERATE(ops::Gelu::exact, ops::Gelu::tanh);
  CHECK(ops::bias_gelu(at::full({1, 3}, std::nan("")), at::zeros({3}), form).isnan().all().item<bool>());
  const auto x = at::randn({20, 33}).set_requires_grad(true), bias = at::randn({33});
  ops::bias_gelu(x, bias, form).sum().backward();
  CHECK(x.grad().defined());
  CHECK_FALSE(bias.grad().defined());
}
