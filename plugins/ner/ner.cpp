/// Head `ner`: one label a word, by a linear layer over the model's hidden rows.

#include <ATen/ATen.h>

#include <fthost/head.h>
#include <fthost/ops.h>
#include <fthost/plugin.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "labels.h"

namespace fthost::ner {
namespace {

constexpr const char* kWeight = "classifier.weight";
constexpr const char* kBias = "classifier.bias";
constexpr double kInitialDeviation = .02;  // BERT's initializer_range

/// "[3, 32]".
std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

class Ner final : public Head {
 public:
  explicit Ner(const Options& options)
      : dropout_(options.real("dropout")),
        label_on_(options.text("label_on") == "all" ? LabelOn::all : LabelOn::first),
        special_tokens_(options.boolean("special_tokens")) {
    named_scheme_ = scheme_named(options.text("scheme"));  // "auto" names none
    if (!options.has("labels") || options.texts("labels").empty()) return;
    listed_ = true;
    try {
      labels_.set(options.texts("labels"));
    } catch (const Error& error) {
      throw OptionError("labels", error.what());
    }
  }

  bool special_tokens() const override { return special_tokens_; }

  void learn_labels(std::span<const Sentence> train) override {
    scheme_ = require_trainable(train, named_scheme_, listed_ ? labels_.list() : std::vector<std::string>());
    if (!listed_) labels_.learn(train, scheme_);
  }
  void set_labels(std::vector<std::string> labels) override { labels_.set(std::move(labels)); }
  const std::vector<std::string>& labels() const override { return labels_.list(); }

  void align(const Sentence& sentence, Example& example) const override {
    fthost::align(labels_, sentence, example, label_on_, scheme_);
  }

  std::vector<TensorShape> tensors(std::int64_t hidden_size) const override {
    return {{kWeight, {count(), hidden_size}}, {kBias, {count()}}};
  }

  void initialise(const HeadShape& shape) override {
    stage_ = shape.stage;
    const auto options = at::TensorOptions(at::kFloat).device(shape.device);
    weight_ = at::empty({count(), shape.hidden_size}, options);
    ops::fill_normal(weight_, shape.seed, kWeight, kInitialDeviation);
    bias_ = at::zeros({count()}, options);
  }

  void load(const HeadShape& shape, std::span<const Parameter> saved) override {
    stage_ = shape.stage;
    std::string problems;
    std::vector<at::Tensor> found;
    for (const auto& wanted : tensors(shape.hidden_size)) {
      const auto match =
          std::find_if(saved.begin(), saved.end(), [&](const Parameter& p) { return p.name == wanted.name; });
      if (match == saved.end())
        problems += "; '" + wanted.name + "' is missing";
      else if (match->value.sizes() != wanted.shape)
        problems += "; '" + wanted.name + "' has the shape " + shape_text(match->value.sizes()) + ", expected " +
                    shape_text(wanted.shape);
      else
        found.push_back(match->value.to(shape.device).contiguous());
    }
    if (!problems.empty()) throw Error("the checkpoint holds no head of this kind" + problems);
    weight_ = found[0];
    bias_ = found[1];
  }

  std::vector<Parameter> parameters() override { return {{kWeight, weight_}, {kBias, bias_}}; }

  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context) override {
    const ops::DropoutKey key{context.seed, context.step, stage_, 0};
    const auto x = ops::dropout(hidden, dropout_, key, packing, context.training);
    return ops::linear(x, weight_, bias_, at::kFloat);  // small: a lower precision would save nothing
  }

  Loss loss(const at::Tensor& logits, const at::Tensor& targets) override {
    const auto labelled = targets.ne(kIgnoredLabel).sum().item<std::int64_t>();
    const auto sum = at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, kIgnoredLabel);
    return {sum / static_cast<double>(std::max<std::int64_t>(labelled, 1)), labelled};
  }

  std::vector<std::string> decode(const at::Tensor& logits, const Example& example) const override {
    std::vector<std::string> decoded;
    decoded.reserve(example.speakers.size());
    const auto width = logits.size(1);
    for (const auto& speaker : example.speakers) {
      const auto* const row = logits.const_data_ptr<float>() + speaker.token * width;
      decoded.push_back(labels_.list()[static_cast<std::size_t>(std::max_element(row, row + width) - row)]);
    }
    return decoded;
  }

  std::string architecture() const override { return "ForTokenClassification"; }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(labels_.list().size()); }

  double dropout_;
  LabelOn label_on_;
  bool special_tokens_;
  std::optional<Scheme> named_scheme_;  ///< None: found out from the training set.
  Scheme scheme_ = Scheme::none;        ///< Of the data.
  bool listed_ = false;
  Labels labels_;
  int stage_ = 0;
  at::Tensor weight_, bias_;
};

}  // namespace
}  // namespace fthost::ner

FTHOST_PLUGIN(
    fthost::component<fthost::ner::Ner>("ner", "Named entity recognition: a label for each word, by a linear layer.")
        .handles("ForTokenClassification")
        .option("labels", fthost::texts().optional(), "the vocabulary; without it, the labels of the training set")
        .option("scheme", fthost::text().one_of({"auto", "none", "iob1", "iob2", "bioes"}).by_default("auto"),
                "how the data's tags mark entities; iob1 is learned and predicted as iob2, none checks nothing")
        .option("label_on", fthost::text().one_of({"first", "all"}).by_default("first"),
                "which tokens of a word bear its label in the loss")
        .option("special_tokens", fthost::boolean().by_default(true), "put [CLS] and [SEP] around an example")
        .option("dropout", fthost::real().at_least(0).below(1).by_default(.1),
                "probability of dropout before the linear layer"))
