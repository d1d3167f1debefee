#include <ATen/ATen.h>
#include <fthost/error.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/bert_folder.h"

namespace fs = std::filesystem;
using namespace fthost;
using nlohmann::json;

namespace {

std::map<std::string, at::Tensor> golden_tensors() {
  return read_tensors(BertFolder::golden() / "model.safetensors");
}

/// The golden tensors under other names.
std::map<std::string, at::Tensor> renamed(const std::function<std::string(std::string)>& rename) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : golden_tensors()) tensors.emplace(rename(name), tensor);
  return tensors;
}

void check_weights(const BertFolder& folder, const std::function<at::Tensor(const at::Tensor&)>& expected) {
  const auto golden = golden_tensors();
  const auto model = folder.open();
  model->load(at::kCPU);
  for (const auto& parameter : model->parameters())
    CHECK(at::equal(parameter.value, expected(golden.at("bert." + parameter.name))));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("bert widens stored halves exactly", "[unit][plugins]") {
  const auto [type, name] = GENERATE(std::pair(at::kHalf, "F16"), std::pair(at::kBFloat16, "BF16"));
  const BertFolder folder;
  auto tensors = golden_tensors();
  for (auto& [tensor_name, tensor] : tensors) tensor = tensor.to(type);
  folder.write_tensors("model.safetensors", tensors, name);
  check_weights(folder, [type = type](const at::Tensor& golden) { return golden.to(type).to(at::kFloat); });
}

TEST_CASE("bert reads names without prefix and of old checkpoints", "[unit][plugins]") {
  const BertFolder folder;
  folder.write_tensors("model.safetensors", renamed([](std::string name) {
                         name = replaced(std::move(name), "bert.", "");
                         name = replaced(std::move(name), "LayerNorm.weight", "LayerNorm.gamma");
                         return replaced(std::move(name), "LayerNorm.bias", "LayerNorm.beta");
                       }));
  check_weights(folder, [](const at::Tensor& golden) { return golden; });
}

TEST_CASE("bert reads shards by their index", "[unit][plugins]") {
  const BertFolder folder;
  std::map<std::string, at::Tensor> first, second;
  json index = {{"weight_map", json::object()}};
  for (const auto& [name, tensor] : golden_tensors()) {
    const bool early = name.find("layer.1") == std::string::npos;
    (early ? first : second).emplace(name, tensor);
    index["weight_map"][name] = early ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";
  }
  fs::remove(folder / "model.safetensors");
  folder.write_tensors("model-00001-of-00002.safetensors", first);
  folder.write_tensors("model-00002-of-00002.safetensors", second);
  folder.folder().write("model.safetensors.index.json", index.dump());
  check_weights(folder, [](const at::Tensor& golden) { return golden; });

  index["weight_map"]["classifier.bias"] = "../elsewhere.safetensors";
  folder.folder().write("model.safetensors.index.json", index.dump());
  CHECK(folder.complaint() ==
        "F/model.safetensors.index.json: error: 'weight_map' must name a .safetensors file beside it for "
        "'classifier.bias', found \"../elsewhere.safetensors\"\n");
  folder.folder().write("model.safetensors.index.json", "{}");
  CHECK(folder.complaint() ==
        "F/model.safetensors.index.json: error: expected an object 'weight_map' of files by tensors\n");
}

TEST_CASE("bert hands over what belongs to a head, and nothing else", "[unit][plugins]") {
  const BertFolder folder;
  auto tensors = golden_tensors();
  tensors["bert.pooler.dense.weight"] = at::zeros({32, 32});
  tensors["cls.predictions.bias"] = at::zeros({40});
  folder.write_tensors("model.safetensors", tensors);
  const auto model = folder.open();
  model->load(at::kCPU);
  const auto head = model->head_tensors();
  REQUIRE(head.size() == 2);
  CHECK(head[0].first == "classifier.bias");
  CHECK(at::equal(head[1].second, tensors.at("classifier.weight")));
}

TEST_CASE("bert knows no labels where Hugging Face made them up", "[unit][plugins]") {
  const BertFolder folder;
  folder.change_config([](json& config) { config["id2label"] = {{"0", "LABEL_0"}, {"1", "LABEL_1"}}; });
  CHECK(folder.open()->saved_labels().empty());
  folder.change_config([](json& config) { config.erase("id2label"); });
  CHECK(folder.open()->saved_labels().empty());
}

TEST_CASE("bert names all tensors that do not fit", "[unit][plugins]") {
  const BertFolder folder;
  auto tensors = golden_tensors();
  tensors.erase("bert.encoder.layer.1.attention.self.key.bias");
  tensors["bert.encoder.layer.0.intermediate.dense.weight"] = at::zeros({32, 48});
  folder.write_tensors("model.safetensors", tensors);
  CHECK(folder.complaint() ==
        "F/model.safetensors: error: 2 tensors are not what config.json asks for\n"
        "  encoder.layer.0.intermediate.dense.weight: expected [48, 32], found [32, 48]\n"
        "  encoder.layer.1.attention.self.key.bias: missing, expected [32]\n");
}

TEST_CASE("bert names tensors of an encoder that its configuration does not describe", "[unit][plugins]") {
  const BertFolder folder;
  auto tensors = golden_tensors();
  tensors["bert.embeddings.position_ids"] = at::zeros({1, 24});  // old checkpoints have it; it is no weight
  folder.write_tensors("model.safetensors", tensors);
  CHECK(folder.complaint() == "no error");
  tensors["bert.embeddings.adapter.weight"] = at::zeros({4});
  folder.write_tensors("model.safetensors", tensors);
  folder.change_config([](json& config) { config["num_hidden_layers"] = 1; });
  const auto complaint = folder.complaint();
  CHECK(
      complaint.starts_with("F/model.safetensors: error: 17 tensors are not what config.json asks for\n"
                            "  embeddings.adapter.weight: not expected, found [4]\n"
                            "  encoder.layer.1.attention.output.LayerNorm.bias: not expected, found [32]\n"));
}

TEST_CASE("bert refuses a tensor of another type and one that stands twice", "[unit][plugins]") {
  const BertFolder folder;
  auto tensors = golden_tensors();
  for (auto& [name, tensor] : tensors) tensor = tensor.to(at::kDouble);
  folder.write_tensors("model.safetensors", tensors, "F64");
  CHECK(
      folder.complaint().starts_with("F/model.safetensors: error: 37 tensors are not what config.json asks for\n"
                                     "  embeddings.word_embeddings.weight: expected F32, F16 or BF16, found F64\n"));
  tensors = golden_tensors();
  tensors["embeddings.LayerNorm.gamma"] = at::ones({32});
  folder.write_tensors("model.safetensors", tensors);
  CHECK(folder.complaint() ==
        "F/model.safetensors: error: the tensor 'embeddings.LayerNorm.weight' stands in the checkpoint twice, here as "
        "'embeddings.LayerNorm.gamma'\n");
}

TEST_CASE("bert opens no pickle", "[unit][plugins]") {
  const BertFolder folder;
  fs::remove(folder / "model.safetensors");
  CHECK(folder.complaint() ==
        "F: error: there are no weights: expected model.safetensors or model.safetensors.index.json\n");
  folder.folder().write("pytorch_model.bin", "cos\nsystem\n(S'touch /tmp/fthost-was-here'\ntR.");
  CHECK(
      folder.complaint() ==
      "F/pytorch_model.bin: error: a pickle can run any code and is not opened; expected model.safetensors beside it\n"
      "  if you trust the file, convert it:\n"
      "  python -c \"from transformers import BertModel as M; M.from_pretrained('F').save_pretrained('F')\"\n");
}

TEST_CASE("bert says what is wrong with its configuration, all at once", "[unit][plugins]") {
  const std::vector<std::pair<json, std::string>> table = {
      {{{"model_type", "roberta"}}, "'model_type' must be \"bert\", found \"roberta\""},
      {{{"position_embedding_type", "relative_key"}},
       "'position_embedding_type' must be \"absolute\": this model has no relative positions, found \"relative_key\""},
      {{{"is_decoder", true}}, "'is_decoder' is true: this model is an encoder only"},
      {{{"vocab_size", nullptr}}, "'vocab_size' must be a whole number from 1 to 16777216, found nothing"},
      {{{"hidden_size", 0}}, "'hidden_size' must be a whole number from 1 to 65536, found 0"},
      {{{"hidden_size", 32.5}}, "'hidden_size' must be a whole number from 1 to 65536, found 32.5"},
      {{{"num_hidden_layers", 1001}}, "'num_hidden_layers' must be a whole number from 1 to 1000, found 1001"},
      {{{"num_hidden_layers", 18446744073709551615U}},
       "'num_hidden_layers' must be a whole number from 1 to 1000, found 18446744073709551615"},
      {{{"num_attention_heads", 5}}, "'hidden_size' 32 cannot be divided among 'num_attention_heads' 5"},
      {{{"hidden_dropout_prob", 1}}, "'hidden_dropout_prob' must be a number from 0 and below 1, found 1"},
      {{{"layer_norm_eps", "small"}}, "'layer_norm_eps' must be a number from 0 and below 1, found \"small\""},
      {{{"id2label", {{"0", "O"}, {"2", "B-PER"}}}},
       "'id2label' must be an object of labels by ids 0, 1, 2 …, found an object"},
      {{{"hidden_act", "prelu"}},
       "'hidden_act' must be an activation that this model has, found \"prelu\"\n"
       "  it can be: gelu gelu_accurate gelu_fast gelu_new gelu_python gelu_python_tanh gelu_pytorch_tanh leaky_relu "
       "mish "
       "quick_gelu relu relu6 sigmoid silu swish tanh"},
      {{{"is_decoder", true}, {"intermediate_size", -1}},
       "'is_decoder' is true: this model is an encoder only\nF/config.json: error: 'intermediate_size' must be a whole "
       "number from 1 to 65536, found -1"},
  };
  for (const auto& [changes, expected] : table) {
    const BertFolder folder;
    folder.change_config([&changes = changes](json& config) { config.update(changes); });
    CHECK(folder.complaint() == "F/config.json: error: " + expected + "\n");
  }
}

TEST_CASE("bert refuses a folder that is none, and a vocabulary larger than its table", "[unit][plugins]") {
  const BertFolder folder;
  try {
    open_plugin<Model>("bert", "bert", {{"path", (folder / "nowhere").string()}});
    FAIL("no error");
  } catch (const OptionError& error) {
    CHECK(error.option() == "path");
    CHECK(error.what() == "there is no folder " + (folder / "nowhere").string());
  }
  folder.change_config([](json& config) { config["vocab_size"] = 39; });
  CHECK(folder.complaint() == "F: error: the tokenizer knows 40 tokens, but 'vocab_size' in config.json is 39\n");
  fs::remove(folder / "config.json");
  CHECK(folder.complaint() == "F/config.json: error: no such file\n");
}

TEST_CASE("bert saves the file that safetensors would write, and a configuration for it", "[unit][plugins]") {
  const BertFolder folder;
  folder.change_config([](json& config) { config["torch_dtype"] = "float16"; });
  const auto model = folder.open();
  model->load(at::kCPU);
  SavedHead head{"ForTokenClassification", {}, {"O", "B-PER", "I-PER", "B-LOC", "I-LOC"}};
  for (const auto& [name, tensor] : model->head_tensors()) head.parameters.push_back({name, tensor});
  const TemporaryFolder saved;
  model->save(disk(), saved.path(), head);
  CHECK(saved.read("model.safetensors") == folder.folder().read("model.safetensors"));
  CHECK(saved.read("vocab.txt") == folder.folder().read("vocab.txt"));
  CHECK(saved.read("tokenizer_config.json") == folder.folder().read("tokenizer_config.json"));
  const auto config = json::parse(saved.read("config.json"));
  CHECK(config["architectures"] == json::array({"BertForTokenClassification"}));
  CHECK(config["dtype"] == "float32");
  CHECK_FALSE(config.contains("torch_dtype"));
  CHECK(config["id2label"]["3"] == "B-LOC");
  CHECK(config["label2id"]["B-LOC"] == 3);
  CHECK(config["hidden_size"] == 32);
}
