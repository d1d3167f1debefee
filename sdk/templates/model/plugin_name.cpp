/// Model `plugin-name`: a small transformer encoder of fthost::ops, norms behind the residuals as in BERT.
///
/// Rows are tokens, packed end to end; there is no padding. Which stages run, with or without gradients, in training or
/// not, is the engine's decision: this file only says what a stage computes.

#include <ATen/ops/empty.h>
#include <fthost/json.h>
#include <fthost/model.h>
#include <fthost/ops.h>
#include <fthost/plugin.h>
#include <fthost/safetensors.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using namespace fthost;
namespace fs = std::filesystem;

constexpr double kDropout = .1;
constexpr double kEpsilon = 1e-12;

struct Config {
  std::int64_t vocabulary, hidden, layers, heads, positions;
  std::vector<std::string> labels;  ///< That a saved model was trained for.
  nlohmann::json source;
};

Config read_config(const fs::path& file) {
  const auto json = read_json(file);
  std::vector<std::string> wrong;
  const auto whole = [&](const char* key, std::int64_t most) -> std::int64_t {
    const auto found = json.find(key);
    if (found != json.end() && found->is_number_integer() && *found >= 1 && *found <= most) return *found;
    wrong.push_back("'" + std::string(key) + "' must be a whole number from 1 to " + std::to_string(most));
    return 1;
  };
  Config config{whole("vocab_size", 1 << 24),
                whole("hidden_size", 1 << 14),
                whole("num_hidden_layers", 1000),
                whole("num_attention_heads", 1 << 14),
                whole("max_position_embeddings", 1 << 20),
                {},
                json};
  if (config.hidden % config.heads != 0) wrong.push_back("'hidden_size' must be a multiple of 'num_attention_heads'");
  if (!wrong.empty()) throw InputError(file, "it does not describe a model", wrong);
  const auto labels = json.find("id2label");
  for (std::size_t id = 0; labels != json.end() && labels->contains(std::to_string(id)); ++id)
    config.labels.push_back(labels->at(std::to_string(id)));
  return config;
}

/// Embeddings and layers, each with the names and shapes of its tensors. The host adds the head.
Topology make_topology(const Config& config) {
  const auto hidden = config.hidden, inner = 4 * config.hidden;
  Topology topology;
  topology.hidden_size = hidden;
  topology.intermediate_size = inner;
  topology.attention_heads = config.heads;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    topology.tensors.push_back({name, std::move(shape), static_cast<int>(topology.stages.size()) - 1});
  };
  const auto add_linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  };
  const auto add_norm = [&](const std::string& name) {
    add(name + ".weight", {hidden});
    add(name + ".bias", {hidden});
  };
  topology.stages.push_back({"embeddings", 0});
  add("embeddings.words.weight", {config.vocabulary, hidden});
  add("embeddings.positions.weight", {config.positions, hidden});
  add_norm("embeddings.norm");
  for (std::int64_t i = 0; i < config.layers; ++i) {
    // Two for a multiplication and an addition of each weight of the products.
    topology.stages.push_back(
        {"layer." + std::to_string(i), 2. * static_cast<double>(4 * hidden * hidden + 2 * hidden * inner)});
    const auto layer = "layers." + std::to_string(i);
    for (const auto* part : {".query", ".key", ".value", ".attended"}) add_linear(layer + part, hidden, hidden);
    add_norm(layer + ".attention_norm");
    add_linear(layer + ".inner", inner, hidden);
    add_linear(layer + ".outer", hidden, inner);
    add_norm(layer + ".output_norm");
  }
  return topology;
}

struct Norm {
  at::Tensor weight, bias;
};

struct Layer {
  ops::Linear query, key, value, attended;
  Norm attention_norm;
  ops::Linear inner, outer;
  Norm output_norm;
};

class PluginName final : public Model {
 public:
  // Reads all but the weights: `fthost plan` and `fthost check --data` want no more.
  explicit PluginName(const Options& options)
      : folder_(options.path("path")),
        config_(read_config(folder_ / "config.json")),
        topology_(make_topology(config_)),
        tokenizer_(load_wordpiece(folder_)) {}

  Topology topology() const override { return topology_; }
  // Whatever changes the rows of a stage besides weights and tokens: kept rows are only read where this is the same.
  std::string arithmetic() const override { return std::to_string(config_.heads) + " heads, gelu, epsilon 1e-12"; }
  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::int64_t max_tokens() const override { return config_.positions; }
  std::vector<std::string> saved_labels() const override { return config_.labels; }

  void load(at::Device device) override {
    const SafetensorsFile file(folder_ / "model.safetensors");
    check(file);
    for (const auto& wanted : topology_.tensors) parameters_.push_back({wanted.name, read(file, wanted.name, device)});
    // What is neither embeddings nor layers is a head's.
    for (const auto& [name, stored] : file.tensors())
      if (!name.starts_with("embeddings.") && !name.starts_with("layers."))
        head_.emplace_back(name, read(file, name, device));
    share_parameters();
  }
  std::vector<Parameter> parameters() override { return parameters_; }
  std::vector<std::pair<std::string, at::Tensor>> head_tensors() override { return head_; }

  at::Tensor forward(StageRange range, const at::Tensor& input, const Packing& packing,
                     const Context& context) override {
    if (range.from == range.to) return input;
    auto x = range.from == 0 ? input : input.to(context.compute);
    for (int stage = range.from; stage < range.to; ++stage)
      x = stage == 0 ? embed(x, packing, context) : run_layer(stage, x, packing, context);
    return x.to(at::kFloat);
  }

  void save(Files& files, const fs::path& folder, const SavedHead& head) override {
    std::vector<at::Tensor> kept;  // own the memory until it is written
    std::vector<TensorBytes> tensors;
    for (const auto* list : {static_cast<const std::vector<Parameter>*>(&parameters_), &head.parameters})
      for (const auto& parameter : *list) {
        kept.push_back(parameter.value.detach().to(at::kCPU).contiguous());
        tensors.push_back({parameter.name,
                           "F32",
                           kept.back().sizes().vec(),
                           {static_cast<const std::byte*>(kept.back().const_data_ptr()), kept.back().nbytes()}});
      }
    write_safetensors(files, folder / "model.safetensors", std::move(tensors));
    auto json = config_.source;
    json["id2label"] = nlohmann::json::object();
    for (std::size_t id = 0; id < head.labels.size(); ++id) json["id2label"][std::to_string(id)] = head.labels[id];
    write_file(files, folder / "config.json", json.dump(2) + "\n");
    for (const auto* name : {"vocab.txt", "tokenizer_config.json", "tokenizer.json"}) {
      std::ifstream in(folder_ / name, std::ios::binary);
      if (in) write_file(files, folder / name, {std::string(std::istreambuf_iterator<char>(in), {})});
    }
  }

 private:
  void check(const SafetensorsFile& file) const {
    std::vector<std::string> wrong;
    for (const auto& wanted : topology_.tensors) {
      const auto found = file.tensors().find(wanted.name);
      if (found == file.tensors().end())
        wrong.push_back(wanted.name + ": missing");
      else if (found->second.shape != wanted.shape || found->second.type != "F32")
        wrong.push_back(wanted.name + ": of another shape, or not in F32");
    }
    if (!wrong.empty())
      throw InputError(file.path(), "these tensors are not what config.json asks for", std::move(wrong));
  }

  static at::Tensor read(const SafetensorsFile& file, const std::string& name, at::Device device) {
    const auto& stored = file.tensors().at(name);
    auto tensor = at::empty(stored.shape, at::kFloat);
    file.read(stored, {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()});
    return tensor.to(device);
  }

  /// The layers see the parameters' own memory, so that what the optimizer changes is changed here.
  void share_parameters() {
    auto next = parameters_.begin();
    const auto norm = [&] {
      auto weight = (next++)->value;
      return Norm{weight, (next++)->value};
    };
    const auto linear = [&] {
      auto weight = (next++)->value;
      return ops::Linear(weight, (next++)->value);
    };
    words_ = (next++)->value;
    positions_ = (next++)->value;
    norm_ = norm();
    // Braces are evaluated from left to right.
    for (std::int64_t i = 0; i < config_.layers; ++i)
      layers_.push_back({linear(), linear(), linear(), linear(), norm(), linear(), linear(), norm()});
  }

  at::Tensor embed(const at::Tensor& ids, const Packing& packing, const Context& context) const {
    const ops::DropoutKey key{context.seed, context.step, 0, 0};
    const auto normed =
        ops::dropout_residual_layer_norm(ops::embedding(words_, ids), ops::embedding(positions_, packing.positions),
                                         norm_.weight, norm_.bias, kEpsilon, 0, key, packing, context.training);
    return ops::dropout(normed, kDropout, key, packing, context.training).to(context.compute);
  }

  at::Tensor run_layer(int stage, const at::Tensor& x, const Packing& packing, const Context& context) {
    auto& layer = layers_[static_cast<std::size_t>(stage) - 1];
    // What is dropped is a function of the key: the places of a stage have numbers of their own, which never change.
    const auto key = [&](int site) { return ops::DropoutKey{context.seed, context.step, stage, site}; };
    const auto add_and_norm = [&](const at::Tensor& y, const at::Tensor& residual, const Norm& norm, int site) {
      return ops::dropout_residual_layer_norm(y, residual, norm.weight, norm.bias, kEpsilon, kDropout, key(site),
                                              packing, context.training);
    };
    const auto attended = ops::packed_attention(layer.query(x, context), layer.key(x, context), layer.value(x, context),
                                                config_.heads, kDropout, key(0), packing, context.training);
    const auto mixed = add_and_norm(layer.attended(attended, context), x, layer.attention_norm, 1);
    const auto inner = layer.inner.gelu(mixed, ops::Gelu::exact, context);
    return add_and_norm(layer.outer(inner, context), mixed, layer.output_norm, 2);
  }

  fs::path folder_;
  Config config_;
  Topology topology_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<Parameter> parameters_;
  std::vector<std::pair<std::string, at::Tensor>> head_;
  at::Tensor words_, positions_;
  Norm norm_;
  std::vector<Layer> layers_;
};

}  // namespace

// handles: `fthost predict` and `fthost init` find this model by the model_type of a folder's config.json.
// path: every model has this option, required, for by it fthost opens what a run has saved.
FTHOST_PLUGIN(component<PluginName>("plugin-name", "A small transformer encoder.")
                  .handles("plugin-name")
                  .option("path", path().required(), "the model folder: config.json, model.safetensors, vocab.txt"))
