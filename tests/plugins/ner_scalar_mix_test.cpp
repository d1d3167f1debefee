#include <ATen/ATen.h>
#include <fthost/error.h>
#include <fthost/head.h>
#include <torch/csrc/autograd/variable.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/tensor_files.h"

using namespace fthost;

namespace {

using Texts = std::vector<std::string>;

const std::filesystem::path kGolden = std::filesystem::path(FTHOST_TEST_DATA) / "golden";
const std::vector<std::int64_t> kLengths = {7, 1, 20, 4};  // of the golden sentences
const Texts kFiveLabels = {"O", "B-PER", "I-PER", "B-LOC", "I-LOC"};

std::unique_ptr<Head> open_head(const std::string& name, Texts labels, double dropout = 0) {
  auto head = open_plugin<Head>("ner", name, {{"dropout", dropout}});
  head->set_labels(std::move(labels));
  return head;
}

std::unique_ptr<Head> open_mix(int stages, Texts labels, double dropout = 0) {
  auto head = open_head("ner-scalar-mix", std::move(labels), dropout);
  auto* reader = dynamic_cast<AllStagesReader*>(head.get());
  REQUIRE(reader != nullptr);
  reader->set_stages(stages);
  return head;
}

std::unique_ptr<Head> load_golden(const std::map<std::string, at::Tensor>& expected) {
  auto head = open_mix(3, kFiveLabels);
  std::vector<Parameter> saved;
  for (const auto* name : {"scalar_mix.gamma", "scalar_mix.weights", "classifier.bias", "classifier.weight"})
    saved.push_back({name, expected.at(name)});
  head->load({32, 3}, saved);
  return head;
}

/// What Transformers gave for the golden sentences, [rows, 3, 32].
at::Tensor golden_hidden() {
  const auto bert = read_tensors(kGolden / "bert/expected.safetensors");
  return at::stack({bert.at("stage.0"), bert.at("stage.1"), bert.at("stage.2")}, 1);
}

}  // namespace

TEST_CASE("ner-scalar-mix gives the logits, the loss and the gradients that PyTorch gives", "[unit][plugins]") {
  const auto expected = read_tensors(kGolden / "scalar-mix/expected.safetensors");
  const auto head = load_golden(expected);
  for (const auto& parameter : head->parameters()) parameter.value.set_requires_grad(true);
  const auto hidden = golden_hidden().set_requires_grad(true);
  const auto logits = head->logits(hidden, pack(kLengths), {});
  CHECK(largest_difference(logits, expected.at("logits")) < 1e-5);
  const auto targets = read_tensors(kGolden / "bert/expected.safetensors").at("targets");
  const auto loss = head->loss(logits, targets, count_labelled(targets));
  CHECK(loss.mean.item<double>() == Approx(expected.at("loss").item<double>()).epsilon(1e-6));
  loss.mean.backward();
  CHECK(largest_difference(hidden.grad(), expected.at("gradient.hidden")) < 1e-6);
  REQUIRE(head->parameters().size() == 4);
  for (const auto& parameter : head->parameters()) {
    INFO(parameter.name);
    CHECK(largest_difference(parameter.value.grad(), expected.at("gradient." + parameter.name)) < 1e-5);
  }
}

TEST_CASE("ner-scalar-mix starts with an even mix, and ner's linear layer", "[unit][plugins]") {
  const Texts labels = {"O", "B-X"};
  const auto mix = open_mix(4, labels), plain = open_head("ner", labels);
  const auto shapes = mix->tensors(8);
  REQUIRE(shapes.size() == 4);
  CHECK(shapes[0].name == "classifier.weight");
  CHECK(shapes[1].name == "classifier.bias");
  CHECK(shapes[2].name == "scalar_mix.weights");
  CHECK(shapes[2].shape == std::vector<std::int64_t>{4});
  CHECK(shapes[3].name == "scalar_mix.gamma");
  CHECK(shapes[3].shape == std::vector<std::int64_t>{1});
  mix->initialise({8, 4, 2018});
  plain->initialise({8, 4, 2018});
  CHECK(at::equal(mix->parameters()[2].value, at::zeros({4})));
  CHECK(at::equal(mix->parameters()[3].value, at::ones({1})));
  const auto hidden = at::arange(5 * 4 * 8, at::kFloat).sin().view({5, 4, 8});
  const auto packing = pack({5});
  CHECK(largest_difference(mix->logits(hidden, packing, {}), plain->logits(hidden.mean(1), packing, {})) < 1e-6);
  // An architecture of Transformers would promise that its classes give the same labels.
  CHECK(mix->architecture() == "ForScalarMixTokenClassification");
  CHECK(dynamic_cast<AllStagesReader*>(plain.get()) == nullptr);
}

TEST_CASE("ner-scalar-mix drops out what ner does, behind the mix", "[unit][plugins]") {
  const Texts labels = {"O", "B-X"};
  const auto mix = open_mix(2, labels, .5), plain = open_head("ner", labels, .5);
  mix->initialise({64, 2, 1});
  plain->initialise({64, 2, 1});
  const auto row = at::arange(20 * 64, at::kFloat).cos().view({20, 64});
  const auto packing = pack({20});
  const Context training{true, 1, 1, at::kFloat};
  const auto dropped = mix->logits(at::stack({row, row}, 1), packing, training);
  CHECK(largest_difference(dropped, plain->logits(row, packing, training)) < 1e-6);
  CHECK(largest_difference(dropped, mix->logits(at::stack({row, row}, 1), packing, {})) > .01);
}

TEST_CASE("ner-scalar-mix mixes rows of bf16 in f32", "[unit][plugins]") {
  const auto head = load_golden(read_tensors(kGolden / "scalar-mix/expected.safetensors"));
  const auto rounded = golden_hidden().to(at::kBFloat16);
  const auto packing = pack(kLengths);
  const auto logits = head->logits(rounded, packing, {false, 0, 0, at::kBFloat16});
  CHECK(logits.scalar_type() == at::kFloat);
  CHECK(at::equal(logits, head->logits(rounded.to(at::kFloat), packing, {})));
}

TEST_CASE("ner-scalar-mix says what of its tensors a checkpoint lacks", "[unit][plugins]") {
  const auto head = open_mix(3, {"O", "B-X"});
  const std::vector<Parameter> saved = {{"classifier.weight", at::ones({2, 8})},
                                        {"classifier.bias", at::ones({2})},
                                        {"scalar_mix.weights", at::ones({13})}};
  CHECK_THROWS_WITH(head->load({8, 3}, saved),
                    "the checkpoint holds no head of this kind; 'scalar_mix.weights' has the shape [13], expected [3]; "
                    "'scalar_mix.gamma' is missing");
}
