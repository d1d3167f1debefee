/// Libraries that use LibTorch, loaded, used and unloaded again and again.

#include <ATen/ATen.h>

#include <fthost/head.h>
#include <fthost/model.h>
#include <fthost/optimizer.h>

#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/plugins/conformance.h"
#include "core/plugins/registry.h"
#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/tensor_files.h"

using namespace fthost;

namespace {

constexpr int kRounds = 200;

std::filesystem::path library(const std::string& name) {
  return std::filesystem::canonical(FTHOST_BUILD_DIR "/lib/fthost/plugins/" + name + ".so");
}

/// The component with these options, and for the rest its defaults.
template <class Interface>
std::shared_ptr<Interface> make(PluginRegistry& registry, const std::string& name,
                                std::map<std::string, OptionValue, std::less<>> values = {}) {
  registry.scan(library(name));
  const auto* found = registry.find(Interface::kKind, name);
  REQUIRE(found != nullptr);
  return registry.create<Interface>(*found, with_defaults(found->description, std::move(values)));
}

const std::filesystem::path kGolden = FTHOST_TEST_DATA "/golden/bert";

/// The golden sentences, and what Transformers makes of them.
struct Golden {
  std::map<std::string, at::Tensor> tensors = read_tensors(kGolden / "expected.safetensors");
  Packing packing = pack({7, 1, 20, 4});
};

/// What is left of a round when its libraries are gone.
struct Kept {
  double loss = 0;
  at::Tensor bias_before, bias, logits;
  std::string complaint;
};

/// Model and head, with the weights of the golden folder.
struct Network {
  explicit Network(PluginRegistry& registry)
      : model(make<Model>(registry, "bert", {{"path", (kGolden / "tiny").string()}})),
        head(make<Head>(registry, "ner")) {
    model->load(at::kCPU);
    head->set_labels(model->saved_labels());
    std::vector<Parameter> saved;
    for (const auto& [name, tensor] : model->head_tensors()) saved.push_back({name, tensor});
    const auto topology = model->topology();
    stages = static_cast<int>(topology.stages.size());
    head->load({topology.hidden_size, stages}, saved);
    parameters = model->parameters();
    for (auto& parameter : head->parameters()) parameters.push_back(parameter);
    for (auto& parameter : parameters) parameter.value.set_requires_grad(true);
  }

  at::Tensor logits(const Golden& golden) const {
    return head->logits(model->forward({0, stages}, golden.tensors.at("ids"), golden.packing, {}), golden.packing, {});
  }

  std::shared_ptr<Model> model;
  std::shared_ptr<Head> head;
  std::vector<Parameter> parameters;
  int stages = 0;
};

/// Throws out of the middle of a layer, while the graph of the embeddings before it is held; what it said.
std::string fail_in_a_layer(const Network& network, const Golden& golden) {
  const auto hidden =
      network.model->forward({0, 1}, golden.tensors.at("ids"), golden.packing, {true, 1, 1, at::kFloat});
  CHECK(hidden.requires_grad());
  try {
    network.model->forward({1, network.stages}, hidden, pack({4}), {});
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

/// One step of training all that there is, a step that fails, and an evaluation. The autograd graphs are gone before
/// the libraries are.
Kept use_once(const Golden& golden) {
  Kept kept;
  PluginRegistry registry(host_fingerprint());
  Network network(registry);
  const auto optimizer = make<Optimizer>(registry, "adamw");
  optimizer->set_parameters(network.parameters);
  const auto bias = network.parameters.back().value;
  kept.bias_before = bias.detach().clone();

  const auto& targets = golden.tensors.at("targets");
  const auto loss = network.head->loss(network.logits(golden), targets, count_labelled(targets));
  kept.loss = loss.mean.item<double>();
  loss.mean.backward();
  kept.complaint = fail_in_a_layer(network, golden);
  const at::NoGradGuard no_autograd;
  optimizer->step(.1, 1);
  kept.bias = bias.detach().clone();
  kept.logits = network.logits(golden);
  for (const auto* name : {"bert", "ner", "adamw"}) CHECK(is_in_process(library(name)));
  return kept;
}

}  // namespace

TEST_CASE("libraries with tensors are loaded, used and unloaded 200 times", "[unit][plugins]") {
  const Golden golden;
  const auto first = use_once(golden);
  for (int round = 1; round < kRounds; ++round) {
    const auto kept = use_once(golden);
    for (const auto* name : {"bert", "ner", "adamw"}) REQUIRE_FALSE(is_in_process(library(name)));
    REQUIRE(kept.loss == first.loss);
    REQUIRE(at::equal(kept.bias, first.bias));
    REQUIRE(at::equal(kept.logits, first.logits));
    REQUIRE(kept.complaint == first.complaint);
  }
  CHECK(first.loss == Approx(golden.tensors.at("loss").item<double>()).epsilon(1e-6));
  CHECK(first.complaint == "query must have the packing's rows, and its columns must divide among the heads");
  // Adam's first step is as long as the learning rate, against the gradient.
  const auto step = golden.tensors.at("gradient.classifier.bias").sign() * -.1;
  CHECK(at::allclose(first.bias - first.bias_before, step, 1e-4, 1e-6));
}
