/// Libraries that use LibTorch, loaded, used and unloaded again and again.

#include <ATen/ATen.h>

#include <fthost/head.h>
#include <fthost/optimizer.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/plugins/conformance.h"
#include "core/plugins/registry.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

constexpr int kRounds = 200;

std::filesystem::path library(const std::string& name) {
  return std::filesystem::canonical(FTHOST_BUILD_DIR "/lib/fthost/plugins/" + name + ".so");
}

/// The component with all of its defaults.
template <class Interface>
std::shared_ptr<Interface> make(PluginRegistry& registry, const std::string& name) {
  registry.scan(library(name));
  const auto* found = registry.find(Interface::kKind, name);
  REQUIRE(found != nullptr);
  std::map<std::string, OptionValue, std::less<>> values;
  for (const auto& option : found->description.options)
    if (option.default_value) values[option.name] = *option.default_value;
  return registry.create<Interface>(*found, Options(std::move(values)));
}

/// One step of training a head of two labels: its loss before the step, and its bias after it. The autograd graph is
/// gone before the library is.
std::pair<double, at::Tensor> train_once() {
  PluginRegistry registry(host_fingerprint());
  const auto head = make<Head>(registry, "ner");
  const auto optimizer = make<Optimizer>(registry, "adamw");
  head->set_labels({"O", "B-PER"});
  head->initialise({4, 1, 7, at::kCPU});
  auto parameters = head->parameters();
  for (auto& parameter : parameters) parameter.value.set_requires_grad(true);
  optimizer->set_parameters(parameters);

  const auto hidden = at::ones({3, 4});
  Packing packing{{0, 3}, 3, at::arange(3), at::arange(3)};
  const auto loss = head->loss(head->logits(hidden, packing, {}), at::ones({3}, at::kLong));
  loss.mean.backward();
  const at::NoGradGuard no_autograd;
  optimizer->step(.1, 1);
  CHECK(is_in_process(library("ner")));
  CHECK(is_in_process(library("adamw")));
  return {loss.mean.item<double>(), parameters.back().value.detach().clone()};
}

}  // namespace

TEST_CASE("libraries with tensors are loaded, used and unloaded 200 times", "[unit][plugins]") {
  const auto [first_loss, first_bias] = train_once();
  for (int round = 1; round < kRounds; ++round) {
    const auto [loss, bias] = train_once();
    REQUIRE_FALSE(is_in_process(library("ner")));
    REQUIRE_FALSE(is_in_process(library("adamw")));
    REQUIRE(loss == first_loss);
    REQUIRE(at::equal(bias, first_bias));
  }
  // Adam's first step is as long as the learning rate, away from the label that was wrong.
  CHECK(at::allclose(first_bias, at::tensor({-.1F, .1F}), 1e-4, 1e-6));
}
