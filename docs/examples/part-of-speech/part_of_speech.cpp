/// Head `part-of-speech`: a label for every word, whatever the labels are. Unlike `ner` it knows of no entities: the
/// vocabulary is what the training set has, by frequency, and a word speaks through its last token, where English keeps
/// the ending that tells a verb from a noun. Sink `accuracy`: the share of words with the right label.

#include <ATen/ATen.h>

#include <fthost/head.h>
#include <fthost/ops.h>
#include <fthost/plugin.h>
#include <fthost/scheme.h>
#include <fthost/sink.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using fthost::Context;
using fthost::Packing;

// As in Hugging Face's models for token classification, so that they load what this head saves.
constexpr const char* kWeight = "classifier.weight";
constexpr const char* kBias = "classifier.bias";
constexpr double kInitialDeviation = .02;

class PartOfSpeech final : public fthost::Head {
 public:
  explicit PartOfSpeech(const fthost::Options& options) : dropout_(options.real("dropout")) {}

  bool special_tokens() const override { return true; }

  void learn_labels(std::span<const fthost::Sentence> train) override {
    fthost::require_labels(train);
    std::map<std::string, std::int64_t> counts;
    for (const auto& sentence : train)
      for (const auto& label : sentence.labels) ++counts[label];
    std::vector<std::string> labels;
    for (const auto& [label, count] : counts) labels.push_back(label);
    // The map has them by name: labels of one count stay so, and the vocabulary is the same on every machine.
    std::ranges::stable_sort(labels, [&](const auto& a, const auto& b) { return counts[a] > counts[b]; });
    set_labels(std::move(labels));
  }
  void set_labels(std::vector<std::string> labels) override {
    labels_ = std::move(labels);
    ids_.clear();
    for (std::size_t id = 0; id < labels_.size(); ++id) ids_[labels_[id]] = static_cast<std::int32_t>(id);
  }
  const std::vector<std::string>& labels() const override { return labels_; }

  void align(const fthost::Sentence& sentence, fthost::Example& example) const override {
    example.targets.assign(example.tokens.size(), fthost::kIgnoredLabel);
    if (sentence.labels.empty()) return;
    for (const auto& speaker : example.speakers) {
      const auto known = ids_.find(sentence.labels[static_cast<std::size_t>(speaker.word)]);
      if (known != ids_.end()) example.targets[last_token(example, speaker)] = known->second;
    }
  }

  std::vector<fthost::TensorShape> tensors(std::int64_t hidden_size) const override {
    return {{kWeight, {count(), hidden_size}}, {kBias, {count()}}};
  }
  void initialise(const fthost::HeadShape& shape) override {
    stage_ = shape.stage;
    const auto options = at::TensorOptions(at::kFloat).device(shape.device);
    weight_ = at::empty({count(), shape.hidden_size}, options);
    fthost::ops::fill_normal(weight_, shape.seed, kWeight, kInitialDeviation);
    bias_ = at::zeros({count()}, options);
  }
  void load(const fthost::HeadShape& shape, std::span<const fthost::Parameter> saved) override {
    stage_ = shape.stage;
    std::string problems;
    const auto take = [&](const fthost::TensorShape& wanted) {
      const auto found = std::ranges::find(saved, wanted.name, &fthost::Parameter::name);
      if (found != saved.end() && found->value.sizes() == wanted.shape) return found->value.to(shape.device);
      problems += "; " + wanted.name + (found == saved.end() ? " is missing" : " has another shape");
      return at::Tensor();
    };
    const auto wanted = tensors(shape.hidden_size);
    weight_ = take(wanted[0]);
    bias_ = take(wanted[1]);
    if (!problems.empty()) throw fthost::Error("the checkpoint holds no head of this kind" + problems);
  }
  std::vector<fthost::Parameter> parameters() override { return {{kWeight, weight_}, {kBias, bias_}}; }

  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context) override {
    const fthost::ops::DropoutKey key{context.seed, context.step, stage_, 0};
    const auto kept = fthost::ops::dropout(hidden, dropout_, key, packing, context.training);
    return fthost::ops::linear(kept, weight_, bias_, at::kFloat);
  }
  fthost::Loss loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled) override {
    const auto sum = at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, fthost::kIgnoredLabel);
    return {sum / static_cast<double>(std::max<std::int64_t>(labelled, 1)), labelled};
  }
  std::vector<std::string> decode(const at::Tensor& logits, const fthost::Example& example) const override {
    const auto best = logits.argmax(1);
    const auto* ids = best.const_data_ptr<std::int64_t>();
    std::vector<std::string> decoded;
    for (const auto& speaker : example.speakers)
      decoded.push_back(labels_[static_cast<std::size_t>(ids[last_token(example, speaker)])]);
    return decoded;
  }
  std::string architecture() const override { return "ForTokenClassification"; }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(labels_.size()); }

  /// A speaker names a word's first token; the others follow it.
  static std::size_t last_token(const fthost::Example& example, const fthost::WordToken& speaker) {
    auto token = static_cast<std::size_t>(speaker.token);
    while (token + 1 < example.words.size() && example.words[token + 1] == speaker.word) ++token;
    return token;
  }

  double dropout_;
  std::vector<std::string> labels_;
  std::map<std::string, std::int32_t> ids_;
  int stage_ = 0;
  at::Tensor weight_, bias_;
};

/// Emits "dev_accuracy" and "test_accuracy": `[train] metric = "dev_accuracy"` keeps the best epoch by it.
class Accuracy final : public fthost::Sink {
 public:
  Role role() const override { return Role::metric; }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics& out) override {
    std::int64_t words = 0, right = 0;
    for (std::size_t i = 0; i < event.gold->size(); ++i) {
      const auto &gold = (*event.gold)[i], &predicted = (*event.predicted)[i];
      for (std::size_t k = 0; k < gold.size(); ++k, ++words)
        if (gold[k] == predicted[k]) ++right;
    }
    const double share = words > 0 ? static_cast<double>(right) / static_cast<double>(words) : 0;
    out.emit(std::string(event.set) + "_accuracy", event.epoch, share);
  }
};

}  // namespace

FTHOST_PLUGIN(fthost::component<PartOfSpeech>("part-of-speech", "A label for each word, read at its last token.")
                  .option("dropout", fthost::real().at_least(0).below(1).by_default(.1),
                          "probability of dropout before the linear layer"),
              fthost::component<Accuracy>("accuracy", "The share of words with the right label."))
