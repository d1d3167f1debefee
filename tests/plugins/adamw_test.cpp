#include <ATen/ATen.h>
#include <fthost/optimizer.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/tensor_files.h"

using namespace fthost;

namespace {

std::unique_ptr<Optimizer> open_adamw(double weight_decay, const std::string& eps_mode = "torch") {
  return open_plugin<Optimizer>("adamw", "adamw", {{"weight_decay", weight_decay}, {"eps_mode", eps_mode}});
}

Parameter parameter(const std::string& name, const at::Tensor& value) {
  return {name, value.clone().set_requires_grad(true), true};
}

void set_gradient(const Parameter& parameter, const at::Tensor& gradient) {
  parameter.value.mutable_grad() = gradient.clone();
}

}  // namespace

TEST_CASE("adamw updates as torch.optim.AdamW and as Transformers' AdamW do, step by step", "[unit][plugins]") {
  const at::NoGradGuard no_gradients;
  const auto golden = read_tensors(std::string(FTHOST_TEST_DATA) + "/golden/adamw/expected.safetensors");
  const std::string mode = GENERATE("torch", "transformers");
  std::vector<Parameter> parameters;
  for (const auto* name : {"matrix", "late", "scalar", "small"})
    parameters.push_back(parameter(name, golden.at(std::string("start.") + name)));
  parameters[2].lr_factor = 0.1;
  const auto optimizer = open_adamw(0.01, mode);
  optimizer->set_parameters(parameters);
  for (int t = 0; t < 20; ++t) {
    for (const auto& p : parameters)
      if (p.name != "late" || t >= 5) set_gradient(p, golden.at("gradients." + p.name)[t]);
    optimizer->step(3e-3 * (1 - t / 20.0), t % 2 == 1 ? 0.37 : 1);
    for (const auto& p : parameters) {
      INFO(mode << ", step " << t << ", " << p.name);
      const auto expected = golden.at(mode + "." + p.name)[t];
      CHECK(((p.value - expected) / expected).abs().max().item<double>() < 1e-6);
    }
  }
}

TEST_CASE("adamw's two ways to count epsilon differ where gradients are small", "[unit][plugins]") {
  const at::NoGradGuard no_gradients;
  // In the first step m is g / 10 and v g^2 / 1000, so that the update is lr * g / (g + epsilon), or, in Transformers'
  // way, lr * g / (g + epsilon / sqrt(1 / 1000)).
  for (const double gradient : {1e-4, 1e-7}) {
    const auto first_step = [&](const std::string& mode) {
      const auto p = parameter("a", at::zeros({1}));
      const auto optimizer = open_adamw(0, mode);
      optimizer->set_parameters(std::vector{p});
      set_gradient(p, at::full({1}, gradient));
      optimizer->step(1e-3, 1);
      return -p.value.item<double>();
    };
    CHECK(first_step("torch") == Approx(1e-3 * gradient / (gradient + 1e-8)).epsilon(1e-6));
    CHECK(first_step("transformers") == Approx(1e-3 * gradient / (gradient + 1e-8 * std::sqrt(1000.))).epsilon(1e-6));
  }
}

TEST_CASE("adamw keeps the state of tensors that stay and drops that of tensors that left", "[unit][plugins]") {
  const at::NoGradGuard no_gradients;
  const auto start = at::ones({3}), gradient = at::tensor({.1F, -.2F, .3F});
  const auto steady = parameter("a", start), comes = parameter("b", start), alone = parameter("a", start);
  const auto changed = open_adamw(0), undisturbed = open_adamw(0);
  changed->set_parameters(std::vector{steady, comes});
  undisturbed->set_parameters(std::vector{alone});
  const auto step_all = [&] {
    for (const auto& p : {steady, comes, alone}) set_gradient(p, gradient);
    changed->step(1e-2, 1);
    undisturbed->step(1e-2, 1);
  };
  step_all();
  changed->set_parameters(std::vector{steady});
  step_all();
  const auto after_leaving = comes.value.clone();
  CHECK_FALSE(at::equal(after_leaving, steady.value));
  changed->set_parameters(std::vector{comes, steady});
  step_all();
  CHECK(at::equal(steady.value, alone.value));
  // A first step goes lr * sign(gradient) far: the tensor that came back starts without history.
  CHECK(largest_difference(comes.value, after_leaving - gradient.sign() * 1e-2) < 1e-6);
}
