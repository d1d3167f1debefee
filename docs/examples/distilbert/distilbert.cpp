/// Model `distilbert` (Sanh et al., "DistilBERT, a distilled version of BERT", 2019), from a Hugging Face folder:
/// BERT's layers under other names, without segments, and with one dropout less in each.

#include <ATen/ATen.h>

#include <fthost/json.h>
#include <fthost/model.h>
#include <fthost/ops.h>
#include <fthost/plugin.h>
#include <fthost/safetensors.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using fthost::Context;
using fthost::InputError;
using fthost::Packing;

constexpr const char* kPrefix = "distilbert.";
constexpr double kEpsilon = 1e-12;

// Places of dropout within a stage. They key what is drawn, so that they never change.
constexpr int kEmbeddingSite = 0, kAttentionSite = 0, kOutputSite = 1;

/// What config.json says.
struct Config {
  nlohmann::json source;
  std::int64_t vocabulary = 0, positions = 0, width = 0, inner = 0, layers = 0, heads = 0;
  double dropout = 0, attention_dropout = 0;
  std::vector<std::string> labels;
};

Config read_config(const fs::path& file) {
  Config config;
  config.source = fthost::read_json(file);
  if (!config.source.is_object()) throw InputError(file, "expected an object");
  const auto field = [&](const char* key, const nlohmann::json& otherwise) {
    return config.source.value(key, otherwise);
  };
  if (field("model_type", nullptr) != "distilbert") throw InputError(file, "'model_type' must be \"distilbert\"");
  if (field("activation", "gelu") != "gelu") throw InputError(file, "'activation' must be \"gelu\"");
  const auto whole = [&](const char* key) {
    const auto value = field(key, nullptr);
    if (!value.is_number_integer() || value < 1 || value > 1 << 24)
      throw InputError(file, "'" + std::string(key) + "' must be a whole number from 1 to 16777216");
    return value.get<std::int64_t>();
  };
  const auto share = [&](const char* key) {
    const auto value = field(key, .1);
    if (!value.is_number() || value < 0 || value >= 1)
      throw InputError(file, "'" + std::string(key) + "' must be a number from 0 and below 1");
    return value.get<double>();
  };
  config.vocabulary = whole("vocab_size");
  config.positions = whole("max_position_embeddings");
  config.width = whole("dim");
  config.inner = whole("hidden_dim");
  config.layers = whole("n_layers");
  config.heads = whole("n_heads");
  if (config.width % config.heads != 0) throw InputError(file, "'dim' cannot be divided among 'n_heads'");
  config.dropout = share("dropout");
  config.attention_dropout = share("attention_dropout");
  const auto names = field("id2label", nlohmann::json::object());
  for (std::size_t id = 0; names.is_object() && id < names.size(); ++id) {
    const auto label = names.value(std::to_string(id), nlohmann::json());
    // Hugging Face makes such names up for a model that was never fine-tuned.
    if (!label.is_string() || label == "LABEL_" + std::to_string(id)) break;
    config.labels.push_back(label.get<std::string>());
  }
  return config;
}

/// Names and shapes, in the order in which the stages use the tensors.
fthost::Topology make_topology(const Config& config) {
  fthost::Topology topology;
  topology.hidden_size = config.width;
  topology.intermediate_size = config.inner;
  topology.attention_heads = config.heads;
  const auto width = config.width, inner = config.inner;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    topology.tensors.push_back({name, std::move(shape), static_cast<int>(topology.stages.size()) - 1});
  };
  const auto add_linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  };
  const auto add_norm = [&](const std::string& name) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  };
  topology.stages.push_back({"embeddings", 0});
  add("embeddings.word_embeddings.weight", {config.vocabulary, width});
  add("embeddings.position_embeddings.weight", {config.positions, width});
  add_norm("embeddings.LayerNorm");
  for (std::int64_t i = 0; i < config.layers; ++i) {
    topology.stages.push_back(
        {"layer." + std::to_string(i), 2.0 * static_cast<double>(4 * width * width + 2 * width * inner)});
    const auto layer = "transformer.layer." + std::to_string(i) + ".";
    for (const auto* name : {"q_lin", "k_lin", "v_lin", "out_lin"})
      add_linear(layer + "attention." + name, width, width);
    add_norm(layer + "sa_layer_norm");
    add_linear(layer + "ffn.lin1", inner, width);
    add_linear(layer + "ffn.lin2", width, inner);
    add_norm(layer + "output_layer_norm");
  }
  return topology;
}

at::Tensor read_tensor(const fthost::SafetensorsFile& file, const fthost::StoredTensor& stored, at::Device device) {
  const auto type = stored.type == "F32" ? at::kFloat : stored.type == "F16" ? at::kHalf : at::kBFloat16;
  auto tensor = at::empty(stored.shape, type);
  file.read(stored, {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()});
  return tensor.to(device, at::kFloat);
}

struct Norm {
  at::Tensor weight, bias;
};

struct Layer {
  fthost::ops::Linear query, key, value, attended;
  Norm attention_norm;
  fthost::ops::Linear inner, outer;
  Norm output_norm;
};

/// Takes the tensors one after the other, as the topology has them; all share memory with the parameters.
class Tensors {
 public:
  explicit Tensors(const std::vector<fthost::Parameter>& parameters) : next_(parameters.begin()) {}

  at::Tensor one() { return (next_++)->value; }
  Norm norm() {
    auto weight = one();
    return {std::move(weight), one()};
  }
  fthost::ops::Linear linear() {
    auto weight = one();
    return {std::move(weight), one()};
  }

 private:
  std::vector<fthost::Parameter>::const_iterator next_;
};

class DistilBert final : public fthost::Model {
 public:
  explicit DistilBert(const fthost::Options& options)
      : folder_(options.path("path")),
        config_(read_config(folder_ / "config.json")),
        topology_(make_topology(config_)),
        tokenizer_(fthost::load_wordpiece(folder_)) {
    if (tokenizer_->vocabulary_size() > static_cast<std::size_t>(config_.vocabulary))
      throw InputError(folder_, "the tokenizer knows more tokens than 'vocab_size' in config.json says");
  }

  fthost::Topology topology() const override { return topology_; }
  std::string arithmetic() const override { return "distilbert: " + std::to_string(config_.heads) + " heads"; }
  const fthost::Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::int64_t max_tokens() const override { return config_.positions; }

  void load(at::Device device) override {
    const fthost::SafetensorsFile file(folder_ / "model.safetensors");
    std::map<std::string, const fthost::StoredTensor*> stored;
    for (const auto& [name, tensor] : file.tensors())
      stored[name.starts_with(kPrefix) ? name.substr(std::char_traits<char>::length(kPrefix)) : name] = &tensor;
    require_tensors(file.path(), stored);
    parameters_.clear();
    for (const auto& wanted : topology_.tensors) {
      parameters_.push_back({wanted.name, read_tensor(file, *stored.at(wanted.name), device)});
      stored.erase(wanted.name);
    }
    head_.clear();
    for (const auto& [name, tensor] : stored)
      if (!name.starts_with("vocab_")) head_.emplace_back(name, read_tensor(file, *tensor, device));
    connect();
  }

  std::vector<fthost::Parameter> parameters() override { return parameters_; }
  std::vector<std::pair<std::string, at::Tensor>> head_tensors() override { return head_; }
  std::vector<std::string> saved_labels() const override { return config_.labels; }

  at::Tensor forward(fthost::StageRange range, const at::Tensor& input, const Packing& packing,
                     const Context& context) override {
    if (range.from == range.to) return input;
    auto x = range.from == 0 ? input : input.to(context.compute);
    for (int stage = range.from; stage < range.to; ++stage)
      x = stage == 0 ? embed(x, packing, context) : run_layer(stage, x, packing, context);
    return x.to(at::kFloat);
  }

  void save(fthost::Files& files, const fs::path& folder, const fthost::SavedHead& head) override {
    std::vector<at::Tensor> kept;  // owns the memory that `tensors` points at
    std::vector<fthost::TensorBytes> tensors;
    const auto add = [&](const std::string& name, const at::Tensor& value) {
      kept.push_back(value.detach().to(at::kCPU).contiguous());
      tensors.push_back({name,
                         "F32",
                         kept.back().sizes().vec(),
                         {static_cast<const std::byte*>(kept.back().const_data_ptr()), kept.back().nbytes()}});
    };
    for (const auto& parameter : parameters_) add(kPrefix + parameter.name, parameter.value);
    for (const auto& parameter : head.parameters) add(parameter.name, parameter.value);
    fthost::write_safetensors(files, folder / "model.safetensors", std::move(tensors));
    fthost::write_file(files, folder / "config.json", saved_config(head).dump(2) + "\n");
    for (const auto* name : {"vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"}) {
      std::ifstream in(folder_ / name, std::ios::binary);
      if (in) fthost::write_file(files, folder / name, std::string{std::istreambuf_iterator<char>(in), {}});
    }
  }

 private:
  /// All that is wrong with the checkpoint, in one message.
  void require_tensors(const fs::path& file, const std::map<std::string, const fthost::StoredTensor*>& stored) const {
    std::vector<std::string> wrong;
    for (const auto& wanted : topology_.tensors) {
      const auto found = stored.find(wanted.name);
      if (found == stored.end()) {
        wrong.push_back(wanted.name + " is missing");
      } else if (found->second->shape != wanted.shape) {
        wrong.push_back(wanted.name + " has another shape");
      } else if (const auto& type = found->second->type; type != "F32" && type != "F16" && type != "BF16") {
        wrong.push_back(wanted.name + " is of type " + type);
      }
    }
    if (!wrong.empty())
      throw InputError(file, "the weights are not those that config.json describes", std::move(wrong));
  }

  void connect() {
    Tensors next(parameters_);
    words_ = next.one();
    positions_ = next.one();
    norm_ = next.norm();
    layers_.clear();
    for (std::int64_t i = 0; i < config_.layers; ++i)  // braces: from left to right
      layers_.push_back({next.linear(), next.linear(), next.linear(), next.linear(), next.norm(), next.linear(),
                         next.linear(), next.norm()});
  }

  static fthost::ops::DropoutKey key(const Context& context, int stage, int site) {
    return {context.seed, context.step, stage, site};
  }

  at::Tensor embed(const at::Tensor& ids, const Packing& packing, const Context& context) const {
    const auto place = key(context, 0, kEmbeddingSite);
    const auto normed = fthost::ops::dropout_residual_layer_norm(
        fthost::ops::embedding(words_, ids), fthost::ops::embedding(positions_, packing.positions), norm_.weight,
        norm_.bias, kEpsilon, 0, place, packing, false);
    return fthost::ops::dropout(normed, config_.dropout, place, packing, context.training).to(context.compute);
  }

  at::Tensor run_layer(int stage, const at::Tensor& x, const Packing& packing, const Context& context) {
    auto& layer = layers_[static_cast<std::size_t>(stage) - 1];
    const auto add_and_norm = [&](const at::Tensor& y, const at::Tensor& residual, const Norm& norm, double p) {
      return fthost::ops::dropout_residual_layer_norm(y, residual, norm.weight, norm.bias, kEpsilon, p,
                                                      key(context, stage, kOutputSite), packing, context.training);
    };
    const auto attended = fthost::ops::packed_attention(
        layer.query(x, context), layer.key(x, context), layer.value(x, context), config_.heads,
        config_.attention_dropout, key(context, stage, kAttentionSite), packing, context.training);
    const auto mixed = add_and_norm(layer.attended(attended, context), x, layer.attention_norm, 0);
    const auto inner = layer.inner.gelu(mixed, fthost::ops::Gelu::exact, context);
    return add_and_norm(layer.outer(inner, context), mixed, layer.output_norm, config_.dropout);
  }

  nlohmann::json saved_config(const fthost::SavedHead& head) const {
    auto saved = config_.source;
    saved["architectures"] = {"DistilBert" + head.architecture};
    saved["dtype"] = "float32";
    saved["id2label"] = saved["label2id"] = nlohmann::json::object();
    for (std::size_t id = 0; id < head.labels.size(); ++id) {
      saved["id2label"][std::to_string(id)] = head.labels[id];
      saved["label2id"][head.labels[id]] = id;
    }
    return saved;
  }

  fs::path folder_;
  Config config_;
  fthost::Topology topology_;
  std::unique_ptr<fthost::Tokenizer> tokenizer_;
  std::vector<fthost::Parameter> parameters_;
  std::vector<std::pair<std::string, at::Tensor>> head_;
  at::Tensor words_, positions_;
  Norm norm_;
  std::vector<Layer> layers_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<DistilBert>("distilbert", "A DistilBERT encoder from a Hugging Face model folder.")
                  .handles("distilbert")
                  .option("path", fthost::path().required(),
                          "the model folder: config.json, model.safetensors, tokenizer files"))
