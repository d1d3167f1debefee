#include <ATen/ATen.h>
#include <fthost/error.h>
#include <fthost/head.h>
#include <fthost/model.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/temporary_folder.h"
#include "tests/tensor_files.h"

namespace fs = std::filesystem;
using namespace fthost;

namespace {

const fs::path kGolden = fs::path(FTHOST_TEST_DATA) / "golden/bert";
const std::vector<std::int64_t> kLengths = {7, 1, 20, 4};  // the golden file's sentences

std::unique_ptr<Model> open_model(const fs::path& folder) {
  return open_plugin<Model>("bert", "bert", {{"path", folder.string()}});
}

std::unique_ptr<Model> load_tiny() {
  auto model = open_model(kGolden / "tiny");
  model->load(at::kCPU);
  return model;
}

std::unique_ptr<Head> open_head(Model& model) {
  auto head = open_plugin<Head>("ner", "ner");
  head->set_labels(model.saved_labels());
  std::vector<Parameter> saved;
  for (const auto& [name, tensor] : model.head_tensors()) saved.push_back({name, tensor});
  head->load({model.topology().hidden_size, 3}, saved);
  return head;
}

at::Tensor slice(const at::Tensor& rows, const Packing& packing, std::size_t example) {
  return rows.narrow(0, packing.starts[example], packing.starts[example + 1] - packing.starts[example]);
}

}  // namespace

TEST_CASE("bert computes what Transformers computes, stage by stage", "[unit][plugins]") {
  const auto expected = read_tensors(kGolden / "expected.safetensors");
  const auto model = load_tiny();
  const auto packing = pack(kLengths);
  const at::NoGradGuard no_gradients;
  auto hidden = expected.at("ids");
  for (int stage = 0; stage < 3; ++stage) {
    hidden = model->forward({stage, stage + 1}, hidden, packing, {});
    CHECK(largest_difference(hidden, expected.at("stage." + std::to_string(stage))) < 1e-5);
  }
  CHECK(at::equal(hidden, model->forward({0, 3}, expected.at("ids"), packing, {})));
  CHECK(model->forward({3, 3}, hidden, packing, {}).is_same(hidden));
  CHECK(largest_difference(open_head(*model)->logits(hidden, packing, {}), expected.at("logits")) < 1e-5);
}

TEST_CASE("bert and ner give the loss and the gradients that Transformers gives", "[unit][plugins]") {
  const auto expected = read_tensors(kGolden / "expected.safetensors");
  const auto model = load_tiny();
  const auto head = open_head(*model);
  for (const auto& parameter : model->parameters()) parameter.value.set_requires_grad(true);
  for (const auto& parameter : head->parameters()) parameter.value.set_requires_grad(true);
  const auto packing = pack(kLengths);
  const auto logits = head->logits(model->forward({0, 3}, expected.at("ids"), packing, {}), packing, {});
  const auto loss = head->loss(logits, expected.at("targets"), count_labelled(expected.at("targets")));
  CHECK(loss.mean.item<double>() == Approx(expected.at("loss").item<double>()).epsilon(1e-6));
  loss.mean.backward();
  for (const auto& parameter : model->parameters()) {
    INFO(parameter.name);
    CHECK(largest_difference(parameter.value.grad(), expected.at("gradient.bert." + parameter.name)) < 1e-5);
  }
  for (const auto& parameter : head->parameters())
    CHECK(largest_difference(parameter.value.grad(), expected.at("gradient." + parameter.name)) < 1e-5);
}

TEST_CASE("bert gives a row the same bits in any batch, dropout included", "[unit][plugins]") {
  const auto model = load_tiny();
  const at::NoGradGuard no_gradients;
  const bool training = GENERATE(false, true);
  const Context context{training, 2018, 5, at::kFloat};
  const auto first = at::arange(17, at::kLong), second = at::arange(3, 22, at::kLong), third = at::arange(2, at::kLong);
  const auto together = pack({17, 19, 2}, {100, 200, 300}), other = pack({2, 17}, {300, 100});
  const auto a = model->forward({0, 3}, at::cat({first, second, third}), together, context);
  const auto b = model->forward({0, 3}, at::cat({third, first}), other, context);
  CHECK(at::equal(slice(a, together, 0), slice(b, other, 1)));
  CHECK(at::equal(slice(a, together, 2), slice(b, other, 0)));
  const auto alone = pack({2}, {300});  // fewer rows than a product takes
  CHECK(at::equal(slice(a, together, 2), model->forward({0, 3}, third, alone, context)));
}

TEST_CASE("bert's dropout is on in training only and changes with seed, step and example", "[unit][plugins]") {
  const auto model = load_tiny();
  const at::NoGradGuard no_gradients;
  const auto ids = at::arange(20, at::kLong);
  const auto run = [&](const Context& context, std::uint64_t id) {
    return model->forward({0, 3}, ids, pack({20}, {id}), context);
  };
  const auto base = run({true, 1, 1, at::kFloat}, 1);
  CHECK(at::equal(base, run({true, 1, 1, at::kFloat}, 1)));
  CHECK_FALSE(at::equal(base, run({true, 2, 1, at::kFloat}, 1)));
  CHECK_FALSE(at::equal(base, run({true, 1, 2, at::kFloat}, 1)));
  CHECK_FALSE(at::equal(base, run({true, 1, 1, at::kFloat}, 2)));
  CHECK(at::equal(run({false, 1, 1, at::kFloat}, 1), run({false, 2, 2, at::kFloat}, 2)));
}

TEST_CASE("bert computes in bfloat16 when asked to, the same in one go as stage by stage", "[unit][plugins]") {
  const auto expected = read_tensors(kGolden / "expected.safetensors");
  const auto model = load_tiny();
  const at::NoGradGuard no_gradients;
  const Context context{true, 7, 3, at::kBFloat16};
  const auto packing = pack(kLengths);
  const auto hidden = model->forward({0, 3}, expected.at("ids"), packing, {false, 0, 0, at::kBFloat16});
  CHECK(hidden.scalar_type() == at::kFloat);
  const auto difference = largest_difference(hidden, expected.at("stage.2"));
  CHECK(difference > 1e-5);
  CHECK(difference < 0.2);
  const auto whole = model->forward({0, 3}, expected.at("ids"), packing, context);
  const auto first = model->forward({0, 2}, expected.at("ids"), packing, context);
  CHECK(at::equal(first, first.to(at::kBFloat16).to(at::kFloat)));
  CHECK(at::equal(whole, model->forward({2, 3}, first, packing, context)));
}

TEST_CASE("bert describes its topology", "[unit][plugins]") {
  const auto model = open_model(kGolden / "tiny");
  const auto topology = model->topology();
  REQUIRE(topology.stages.size() == 3);
  CHECK(topology.stages[0].name == "embeddings");
  CHECK(topology.stages[2].name == "layer.1");
  CHECK(topology.stages[0].forward_flops_per_token == 0);
  CHECK(topology.stages[1].forward_flops_per_token == 2 * (4 * 32 * 32 + 2 * 32 * 48));
  CHECK(topology.hidden_size == 32);
  CHECK(topology.intermediate_size == 48);
  CHECK(topology.attention_heads == 4);
  REQUIRE(topology.tensors.size() == 5 + 2 * 16);
  CHECK(topology.tensors[0].name == "embeddings.word_embeddings.weight");
  CHECK(topology.tensors[36].name == "encoder.layer.1.output.LayerNorm.bias");
  CHECK(topology.tensors[36].stage == 2);
  CHECK(model->max_tokens() == 24);
  CHECK(model->tokenizer().cls_id() == 2);
  CHECK(model->saved_labels() == std::vector<std::string>{"O", "B-PER", "I-PER", "B-LOC", "I-LOC"});
}
