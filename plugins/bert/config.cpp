#include "config.h"

#include <fthost/error.h>
#include <fthost/json.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace fthost::bert {
namespace {

using nlohmann::json;

// Far beyond any BERT, and small enough that sizes made of them fit into 64 bits.
constexpr std::int64_t kMostLayers = 1000;
constexpr std::int64_t kWidest = 65536;
constexpr std::int64_t kMostEntries = 1 << 24;

constexpr std::array<std::pair<std::string_view, Activation>, 16> kActivations = {
    {{"gelu", Activation::gelu},
     {"gelu_accurate", Activation::gelu_tanh},
     {"gelu_fast", Activation::gelu_tanh},
     {"gelu_new", Activation::gelu_tanh},
     {"gelu_python", Activation::gelu},
     {"gelu_python_tanh", Activation::gelu_tanh},
     {"gelu_pytorch_tanh", Activation::gelu_tanh},
     {"leaky_relu", Activation::leaky_relu},
     {"mish", Activation::mish},
     {"quick_gelu", Activation::quick_gelu},
     {"relu", Activation::relu},
     {"relu6", Activation::relu6},
     {"sigmoid", Activation::sigmoid},
     {"silu", Activation::silu},
     {"swish", Activation::silu},
     {"tanh", Activation::tanh}}};

/// Reads fields and collects what is wrong with them. A field that is null counts as missing.
class Fields {
 public:
  Fields(const json& document, std::string file) : document_(document), file_(std::move(file)) {}

  std::int64_t whole(const char* key, std::int64_t least, std::int64_t most,
                     std::optional<std::int64_t> otherwise = {}) {
    const auto* value = find(key);
    if (value == nullptr && otherwise) return *otherwise;
    const auto number = value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : least - 1;
    if (number < least || number > most)
      expected(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
  }

  /// From 0, below 1.
  double fraction(const char* key, double otherwise) {
    const auto* value = find(key);
    if (value == nullptr) return otherwise;
    const double number = value->is_number() ? value->get<double>() : -1;
    if (!(number >= 0 && number < 1)) expected(key, "a number from 0 and below 1");
    return number;
  }

  /// Is the field this text? A missing one is not.
  bool is(const char* key, std::string_view text) const {
    const auto* value = find(key);
    return value != nullptr && value->is_string() && value->get_ref<const std::string&>() == text;
  }

  /// Things that this model does not do and that must therefore be absent or false.
  void must_be_false(const char* key, const std::string& because) {
    const auto* value = find(key);
    if (value != nullptr && *value != false) add("'" + std::string(key) + "' is " + value->dump() + ": " + because);
  }

  void expected(const char* key, const std::string& what, std::string note = {}) {
    const auto* value = find(key);
    const auto found = value == nullptr ? std::string("nothing") : shown(*value);
    add("'" + std::string(key) + "' must be " + what + ", found " + found, std::move(note));
  }

  void add(std::string text, std::string note = {}) {
    Message message;
    message.place.file = file_;
    message.text = std::move(text);
    if (!note.empty()) message.notes.push_back(std::move(note));
    problems_.push_back(std::move(message));
  }

  void throw_if_any() {
    if (!problems_.empty()) throw InputError(std::move(problems_));
  }

  const json* find(const char* key) const {
    const auto found = document_.find(key);
    return found == document_.end() || found->is_null() ? nullptr : &*found;
  }

 private:
  static std::string shown(const json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    return value.dump();
  }

  const json& document_;
  std::string file_;
  std::vector<Message> problems_;
};

Activation read_activation(Fields& fields) {
  if (fields.find("hidden_act") == nullptr) return Activation::gelu;
  for (const auto& [known, activation] : kActivations)
    if (fields.is("hidden_act", known)) return activation;
  std::string names = "it can be:";
  for (const auto& [known, activation] : kActivations) names.append(" ").append(known);
  fields.expected("hidden_act", "an activation that this model has", std::move(names));
  return Activation::gelu;
}

/// id2label as a list. Names that Hugging Face makes up for lack of real ones do not count.
std::vector<std::string> read_labels(Fields& fields) {
  const auto* map = fields.find("id2label");
  if (map == nullptr) return {};
  std::vector<std::string> labels;
  bool made_up = true;
  for (std::size_t id = 0; map->is_object() && id < map->size(); ++id) {
    const auto found = map->find(std::to_string(id));
    if (found == map->end() || !found->is_string()) break;
    labels.push_back(found->get<std::string>());
    made_up = made_up && labels.back() == "LABEL_" + std::to_string(id);
  }
  if (!map->is_object() || labels.size() != map->size())
    fields.expected("id2label", "an object of labels by ids 0, 1, 2 …");
  return made_up ? std::vector<std::string>() : labels;
}

void refuse_other_models(Fields& fields) {
  if (!fields.is("model_type", "bert")) fields.expected("model_type", "\"bert\"");
  if (fields.find("position_embedding_type") != nullptr && !fields.is("position_embedding_type", "absolute"))
    fields.expected("position_embedding_type", "\"absolute\": this model has no relative positions");
  fields.must_be_false("is_decoder", "this model is an encoder only");
  fields.must_be_false("add_cross_attention", "this model is an encoder only");
}

void add_tensor(Topology& topology, std::string name, std::vector<std::int64_t> shape) {
  topology.tensors.push_back({std::move(name), std::move(shape), static_cast<int>(topology.stages.size()) - 1});
}

void add_pair(Topology& topology, const std::string& name, std::int64_t out, std::vector<std::int64_t> weight) {
  add_tensor(topology, name + ".weight", std::move(weight));
  add_tensor(topology, name + ".bias", {out});
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
  Config config;
  config.source = read_json(file);
  Fields fields(config.source, file.string());
  if (!config.source.is_object()) fields.add("expected an object");
  fields.throw_if_any();
  refuse_other_models(fields);
  config.vocabulary = fields.whole("vocab_size", 1, kMostEntries);
  config.hidden = fields.whole("hidden_size", 1, kWidest);
  config.layers = fields.whole("num_hidden_layers", 1, kMostLayers);
  config.heads = fields.whole("num_attention_heads", 1, kWidest);
  config.intermediate = fields.whole("intermediate_size", 1, kWidest);
  config.positions = fields.whole("max_position_embeddings", 1, kMostEntries);
  config.token_types = fields.whole("type_vocab_size", 1, kWidest, 2);
  config.activation = read_activation(fields);
  config.hidden_dropout = fields.fraction("hidden_dropout_prob", .1);
  config.attention_dropout = fields.fraction("attention_probs_dropout_prob", .1);
  config.epsilon = fields.fraction("layer_norm_eps", 1e-12);
  config.labels = read_labels(fields);
  if (config.heads > 0 && config.hidden > 0 && config.hidden % config.heads != 0)
    fields.add("'hidden_size' " + std::to_string(config.hidden) + " cannot be divided among 'num_attention_heads' " +
               std::to_string(config.heads));
  fields.throw_if_any();
  return config;
}

std::string describe_arithmetic(const Config& config) {
  // As a number that stands for itself: names of activations may come in several spellings.
  return "bert: " + std::to_string(config.heads) + " heads, activation " +
         std::to_string(static_cast<int>(config.activation)) + ", epsilon " + std::to_string(config.epsilon * 1e15) +
         "e-15";
}

Topology make_topology(const Config& config) {
  Topology topology;
  topology.hidden_size = config.hidden;
  topology.intermediate_size = config.intermediate;
  topology.attention_heads = config.heads;
  const auto hidden = config.hidden, inner = config.intermediate;
  topology.stages.push_back({"embeddings", 0});
  add_tensor(topology, "embeddings.word_embeddings.weight", {config.vocabulary, hidden});
  add_tensor(topology, "embeddings.position_embeddings.weight", {config.positions, hidden});
  add_tensor(topology, "embeddings.token_type_embeddings.weight", {config.token_types, hidden});
  add_pair(topology, "embeddings.LayerNorm", hidden, {hidden});
  const auto flops = 2 * static_cast<double>(4 * hidden * hidden + 2 * hidden * inner);
  for (std::int64_t i = 0; i < config.layers; ++i) {
    topology.stages.push_back({"layer." + std::to_string(i), flops});
    const auto prefix = "encoder.layer." + std::to_string(i) + ".";
    for (const auto* name : {"query", "key", "value"})
      add_pair(topology, prefix + "attention.self." + name, hidden, {hidden, hidden});
    add_pair(topology, prefix + "attention.output.dense", hidden, {hidden, hidden});
    add_pair(topology, prefix + "attention.output.LayerNorm", hidden, {hidden});
    add_pair(topology, prefix + "intermediate.dense", inner, {inner, hidden});
    add_pair(topology, prefix + "output.dense", hidden, {hidden, inner});
    add_pair(topology, prefix + "output.LayerNorm", hidden, {hidden});
  }
  return topology;
}

}  // namespace fthost::bert
