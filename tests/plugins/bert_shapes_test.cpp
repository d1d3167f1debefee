// BERT folders of all kinds against Transformers (tests/golden/bert/generate_shapes.py).

#include <ATen/ATen.h>
#include <fthost/head.h>
#include <fthost/model.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/temporary_folder.h"
#include "tests/tensor_files.h"

namespace fs = std::filesystem;
using namespace fthost;

namespace {

using Tensors = std::map<std::string, at::Tensor>;

const fs::path kShapes = fs::path(FTHOST_TEST_DATA) / "golden/bert/shapes";
const fs::path kMiniLm = fs::path(FTHOST_SOURCE_DIR) / ".deps/models/all-minilm-l6-v2";

/// A model and a head with their gradients for a golden file's batch.
struct Computed {
  std::unique_ptr<Model> model;
  std::unique_ptr<Head> head;
  at::Tensor logits;
  double loss = 0;

  /// `classifier`: from which tensors the head comes.
  Computed(const fs::path& folder, const Tensors& golden, const Tensors& classifier) {
    model = open_plugin<Model>("bert", "bert", {{"path", folder.string()}});
    model->load(at::kCPU);
    head = open_plugin<Head>("ner", "ner");
    std::vector<std::string> labels;
    for (std::int64_t i = 0; i < golden.at("logits").size(1); ++i) labels.push_back("B-" + std::to_string(i));
    head->set_labels(labels);
    const auto topology = model->topology();
    std::vector<Parameter> saved;
    for (const auto& [name, value] : classifier) saved.push_back({name, value});
    head->load({topology.hidden_size, topology.head_stage(), 0, at::kCPU}, saved);
    for (const auto& parameter : parameters()) parameter.value.set_requires_grad(true);
    const auto lengths = golden.at("lengths");
    const auto packing =
        pack({lengths.const_data_ptr<std::int64_t>(), lengths.const_data_ptr<std::int64_t>() + lengths.numel()});
    const auto hidden = model->forward({0, static_cast<int>(topology.stages.size())}, golden.at("ids"), packing, {});
    const auto computed = head->logits(hidden, packing, {});
    const auto& targets = golden.at("targets");
    const auto mean = head->loss(computed, targets, count_labelled(targets)).mean;
    mean.backward();
    logits = computed.detach();
    loss = mean.item<double>();
  }

  /// Under the names of the checkpoint.
  std::vector<Parameter> parameters() const {
    auto all = model->parameters();
    for (auto& parameter : all) parameter.name = "bert." + parameter.name;
    for (auto& parameter : head->parameters()) all.push_back(parameter);
    return all;
  }
};

Tensors head_of(const fs::path& folder) {
  const auto model = open_plugin<Model>("bert", "bert", {{"path", folder.string()}});
  model->load(at::kCPU);
  Tensors tensors;
  for (const auto& [name, value] : model->head_tensors()) tensors.emplace(name, value);
  return tensors;
}

double largest(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

double relative(const at::Tensor& found, const at::Tensor& expected) {
  return largest_difference(found, expected) / largest(expected);
}

}  // namespace

TEST_CASE("bert's logits, loss and gradients are Transformers' for models of all shapes", "[unit][plugins]") {
  const std::string name = GENERATE("deep", "flat", "single-head", "many-heads");
  const auto golden = read_tensors(kShapes / name / "expected.safetensors");
  const Computed computed(kShapes / name, golden, head_of(kShapes / name));
  INFO(name);
  CHECK(relative(computed.logits, golden.at("logits")) < 1e-5);
  CHECK(computed.loss == Approx(golden.at("loss").item<double>()).epsilon(1e-5));
  double overall = 0;
  for (const auto& [tensor, value] : golden)
    if (tensor.starts_with("gradient.")) overall = std::max(overall, largest(value));
  for (const auto& parameter : computed.parameters()) {
    INFO(parameter.name);
    const auto expected = golden.at("gradient." + parameter.name);
    // The gradient of a key's bias is zero: what is found is rounding of the others.
    CHECK(largest_difference(parameter.value.grad(), expected) < 1e-4 * std::max(largest(expected), 1e-3 * overall));
  }
}

TEST_CASE("bert has each activation as Transformers has it", "[unit][plugins]") {
  const auto golden = read_tensors(kShapes / "flat/expected.safetensors");
  const auto head = head_of(kShapes / "flat");
  for (const auto& [name, logits] : read_tensors(kShapes / "activations.safetensors")) {
    const TemporaryFolder folder;
    fs::copy(kShapes / "flat", folder.path());
    auto config = nlohmann::json::parse(folder.read("config.json"));
    config["hidden_act"] = name;
    folder.write("config.json", config.dump());
    INFO(name);
    CHECK(relative(Computed(folder.path(), golden, head).logits, logits) < 1e-5);
  }
}

TEST_CASE("MiniLM's logits, loss and gradients are Transformers'", "[unit][plugins]") {
  if (!fs::exists(kMiniLm)) {
    WARN("skipped: there is no MiniLM here; scripts/setup fetches it");
    return;
  }
  const auto golden = read_tensors(kShapes / "../minilm.safetensors");
  const Computed computed(
      kMiniLm, golden,
      {{"classifier.weight", golden.at("classifier.weight")}, {"classifier.bias", golden.at("classifier.bias")}});
  CHECK(relative(computed.logits, golden.at("logits")) < 1e-5);
  CHECK(computed.loss == Approx(golden.at("loss").item<double>()).epsilon(1e-5));
  for (const auto& parameter : computed.parameters()) {
    if (parameter.name.ends_with("key.bias")) continue;  // zero but for rounding
    INFO(parameter.name);
    const auto gradient = parameter.value.grad();
    const auto expected = golden.at("value." + parameter.name);
    CHECK(relative(gradient.flatten().index_select(0, golden.at("place." + parameter.name)), expected) < 1e-4);
    CHECK(gradient.norm().item<double>() == Approx(golden.at("norm." + parameter.name).item<double>()).epsilon(1e-4));
  }
}
