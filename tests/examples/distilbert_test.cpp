#include <ATen/ATen.h>
#include <fthost/error.h>
#include <fthost/head.h>
#include <fthost/model.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/examples/example.h"
#include "tests/temporary_folder.h"
#include "tests/tensor_files.h"

namespace fs = std::filesystem;
using namespace fthost;

namespace {

const fs::path kGolden = fs::path(FTHOST_TEST_DATA) / "golden/distilbert";
const std::vector<std::int64_t> kLengths = {7, 1, 20, 4};  // the golden file's sentences

std::shared_ptr<Model> load_tiny(const fs::path& folder = kGolden / "tiny") {
  auto model = open_example<Model>("distilbert", "distilbert", {{"path", folder.string()}});
  model->load(at::kCPU);
  return model;
}

/// The head that the tiny model was saved with.
std::shared_ptr<Head> open_head(Model& model) {
  auto head = open_example<Head>("part-of-speech", "part-of-speech");
  head->set_labels(model.saved_labels());
  std::vector<Parameter> saved;
  for (const auto& [name, tensor] : model.head_tensors()) saved.push_back({name, tensor});
  head->load({model.topology().hidden_size, 3}, saved);
  return head;
}

}  // namespace

TEST_CASE("the example distilbert computes what Transformers computes, stage by stage", "[unit][examples]") {
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
  CHECK(largest_difference(open_head(*model)->logits(hidden, packing, {}), expected.at("logits")) < 1e-5);
}

TEST_CASE("the examples distilbert and part-of-speech give Transformers' loss and gradients", "[unit][examples]") {
  const auto expected = read_tensors(kGolden / "expected.safetensors");
  const auto model = load_tiny();
  const auto head = open_head(*model);
  auto parameters = model->parameters();
  const auto packing = pack(kLengths);
  for (auto& parameter : parameters) parameter.value.set_requires_grad(true);
  for (auto& parameter : head->parameters()) {
    parameter.value.set_requires_grad(true);
    parameters.push_back(parameter);
  }
  const auto logits = head->logits(model->forward({0, 3}, expected.at("ids"), packing, {}), packing, {});
  const auto loss = head->loss(logits, expected.at("targets"), count_labelled(expected.at("targets")));
  CHECK(loss.mean.item<double>() == Approx(expected.at("loss").item<double>()).epsilon(1e-6));
  loss.mean.backward();
  for (const auto& parameter : parameters) {
    INFO(parameter.name);
    const auto found = expected.find("gradient.distilbert." + parameter.name);
    const auto& wanted = found != expected.end() ? found->second : expected.at("gradient." + parameter.name);
    CHECK(largest_difference(parameter.value.grad(), wanted) < 1e-5);
  }
}

TEST_CASE("the example distilbert saves a folder that it reads back to the bit", "[unit][examples]") {
  const TemporaryFolder folder;
  const auto model = load_tiny();
  const auto head = open_head(*model);
  model->save(disk(), folder.path(), {head->architecture(), head->parameters(), head->labels()});
  const auto again = load_tiny(folder.path());
  CHECK(again->saved_labels() == std::vector<std::string>{"DET", "NOUN", "VERB", "PUNCT"});
  const auto before = model->parameters(), after = again->parameters();
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(at::equal(before[i].value, after[i].value));
  REQUIRE(again->head_tensors().size() == 2);
}

TEST_CASE("the example distilbert names all tensors that are not what its configuration says", "[unit][examples]") {
  const TemporaryFolder folder;
  for (const auto* name : {"model.safetensors", "vocab.txt", "tokenizer_config.json"})
    fs::copy_file(kGolden / "tiny" / name, folder / name);
  auto config = TemporaryFolder().read((kGolden / "tiny/config.json").string());
  config.replace(config.find("\"n_layers\": 2"), 13, "\"n_layers\": 3");
  config.replace(config.find("\"max_position_embeddings\": 24"), 29, "\"max_position_embeddings\": 25");
  folder.write("config.json", config);
  try {
    load_tiny(folder.path());
    FAIL("expected an InputError");
  } catch (const InputError& error) {
    REQUIRE(error.messages().size() == 1);
    CHECK(error.messages()[0].text == "the weights are not those that config.json describes");
    REQUIRE(error.messages()[0].notes.size() == 17);
    CHECK(error.messages()[0].notes[0] == "embeddings.position_embeddings.weight has another shape");
    CHECK(error.messages()[0].notes[1] == "transformer.layer.2.attention.q_lin.weight is missing");
  }
}
