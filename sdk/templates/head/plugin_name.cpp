/// Head `plugin-name`: one label a word, by a linear layer over the row of the word's first token. In the loss the
/// right label counts 1 - smoothing, and all labels share the rest (Szegedy et al., "Rethinking the Inception
/// architecture for computer vision", CVPR 2016).

// One header an operator: that compiles in less time than <ATen/ATen.h>.
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <fthost/head.h>
#include <fthost/ops.h>
#include <fthost/plugin.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace fthost;

constexpr const char* kWeight = "classifier.weight";
constexpr const char* kBias = "classifier.bias";

class PluginName final : public Head {
 public:
  // The host has checked the options against their declaration below and filled in the defaults.
  explicit PluginName(const Options& options)
      : smoothing_(options.real("smoothing")), dropout_(options.real("dropout")) {}

  bool special_tokens() const override { return true; }

  // First of all: the labels, from the training set or from a saved model.
  void learn_labels(std::span<const Sentence> train) override {
    std::set<std::string> found;
    for (const auto& sentence : train) found.insert(sentence.labels.begin(), sentence.labels.end());
    if (found.empty()) throw Error("no sentence of the training set has labels");
    labels_.assign(found.begin(), found.end());
  }
  void set_labels(std::vector<std::string> labels) override { labels_ = std::move(labels); }
  const std::vector<std::string>& labels() const override { return labels_; }

  // Then every example's targets: the word's label at the token that speaks for it, kIgnoredLabel elsewhere.
  void align(const Sentence& sentence, Example& example) const override {
    example.targets.assign(example.tokens.size(), kIgnoredLabel);
    if (sentence.labels.empty()) return;
    for (const auto& speaker : example.speakers) {
      const auto& label = sentence.labels[static_cast<std::size_t>(speaker.word)];
      const auto found = std::find(labels_.begin(), labels_.end(), label);
      if (found != labels_.end())
        example.targets[static_cast<std::size_t>(speaker.token)] = static_cast<std::int32_t>(found - labels_.begin());
    }
  }

  // Then the tensors, fresh or from a checkpoint. The stage is the host's to set in tensors().
  std::vector<TensorShape> tensors(std::int64_t hidden_size) const override {
    return {{kWeight, {count(), hidden_size}}, {kBias, {count()}}};
  }

  void initialise(const HeadShape& shape) override {
    stage_ = shape.stage;
    const auto options = at::TensorOptions(at::kFloat).device(shape.device);
    weight_ = at::empty({count(), shape.hidden_size}, options);
    ops::fill_normal(weight_, shape.seed, kWeight, .02);
    bias_ = at::zeros({count()}, options);
  }

  void load(const HeadShape& shape, std::span<const Parameter> saved) override {
    stage_ = shape.stage;
    std::vector<std::string> unfit;
    for (const auto& wanted : tensors(shape.hidden_size)) {
      const auto found =
          std::find_if(saved.begin(), saved.end(), [&](const Parameter& p) { return p.name == wanted.name; });
      if (found == saved.end() || found->value.sizes() != wanted.shape)
        unfit.push_back(wanted.name);
      else
        (wanted.name == kWeight ? weight_ : bias_) = found->value.to(shape.device).contiguous();
    }
    if (!unfit.empty())
      throw Error("the checkpoint lacks these tensors, or their shapes differ: " + comma_separated(unfit));
  }

  std::vector<Parameter> parameters() override { return {{kWeight, weight_}, {kBias, bias_}}; }

  // Then batch after batch. `hidden` has a row for each token of the packed examples.
  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context) override {
    const ops::DropoutKey key{context.seed, context.step, stage_, 0};
    return ops::linear(ops::dropout(hidden, dropout_, key, packing, context.training), weight_, bias_, at::kFloat);
  }

  // `labelled` of the targets are labels. Nothing is read off the device here: training would have to wait for it.
  Loss loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled) override {
    const auto sum = at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, kIgnoredLabel, smoothing_);
    return {sum.div(static_cast<double>(std::max<std::int64_t>(labelled, 1))), labelled};
  }

  // May run on several threads: nothing is changed.
  std::vector<std::string> decode(const at::Tensor& logits, const Example& example) const override {
    std::vector<std::string> decoded;
    for (const auto& speaker : example.speakers) {
      const auto* const row = logits.const_data_ptr<float>() + speaker.token * count();
      decoded.push_back(labels_[static_cast<std::size_t>(std::max_element(row, row + count()) - row)]);
    }
    return decoded;
  }

  std::string architecture() const override { return "ForTokenClassification"; }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(labels_.size()); }

  double smoothing_, dropout_;
  std::vector<std::string> labels_;
  int stage_ = 0;
  at::Tensor weight_, bias_;
};

}  // namespace

FTHOST_PLUGIN(component<PluginName>("plugin-name", "A label for each word, with label smoothing.")
                  .option("smoothing", real().at_least(0).below(1).by_default(.1),
                          "how much of the loss all labels share, whichever is right")
                  .option("dropout", real().at_least(0).below(1).by_default(.1),
                          "probability of dropout before the linear layer"))
