/// Heads `ner` and `ner-scalar-mix`: one label a word, by a linear layer over the top layer's rows, or over a learned
/// mix of all stages' rows.

#include <ATen/ATen.h>

#include <fthost/plugin.h>

#include <string_view>

#include "token_classifier.h"

namespace fthost::ner {
namespace {

constexpr const char* kArchitecture = "ForTokenClassification";

class Ner final : public TokenClassifier {
 public:
  using TokenClassifier::TokenClassifier;

  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context) override {
    return classify(hidden, packing, context);
  }
  std::string architecture() const override { return kArchitecture; }
};

/// Not one that Transformers knows: its classes would leave the mix out, and give other labels.
constexpr const char* kMixArchitecture = "ForScalarMixTokenClassification";

/// The scalar mix of Peters et al., "Deep contextualized word representations" (NAACL 2018), equation 1, with the
/// embeddings' rows as the first of the layers: gamma * sum_j softmax(weights)_j * rows_j.
class NerScalarMix final : public TokenClassifier, public AllStagesReader {
 public:
  using TokenClassifier::TokenClassifier;

  void set_stages(int stages) override { stages_ = stages; }

  std::vector<TensorShape> tensors(std::int64_t hidden_size) const override {
    auto all = TokenClassifier::tensors(hidden_size);
    all.push_back({"scalar_mix.weights", {stages_}});
    all.push_back({"scalar_mix.gamma", {1}});
    return all;
  }

  void initialise(const HeadShape& shape) override {
    TokenClassifier::initialise(shape);
    value(kGamma).fill_(1);
  }

  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context) override {
    return classify(mix(hidden), packing, context);
  }
  std::string architecture() const override { return kMixArchitecture; }

 private:
  static constexpr std::size_t kWeights = 2, kGamma = 3;  ///< Behind the linear layer's.

  /// [rows, stages, hidden] to [rows, hidden], f32: a product of one row each, which needs no copy of the rows.
  at::Tensor mix(const at::Tensor& hidden) const {
    const auto shares = value(kWeights).softmax(0) * value(kGamma);
    return at::bmm(shares.expand({hidden.size(0), 1, stages_}), hidden.to(at::kFloat)).squeeze(1);
  }

  std::int64_t stages_ = 0;
};

template <class T>
consteval TypedComponentSpec<T> classifier(std::string_view name, std::string_view summary,
                                           std::string_view architecture) {
  return component<T>(name, summary)
      .handles(architecture)
      .option("labels", texts().optional(), "the vocabulary; without it, the labels of the training set")
      .option("scheme", text().one_of({"auto", "none", "iob1", "iob2", "bioes"}).by_default("auto"),
              "how the data's tags mark entities; iob1 is learned and predicted as iob2, none checks nothing")
      .option("label_on", text().one_of({"first", "all"}).by_default("first"),
              "which tokens of a word bear its label in the loss")
      .option("special_tokens", boolean().by_default(true), "put [CLS] and [SEP] around an example")
      .option("dropout", real().at_least(0).below(1).by_default(.1), "probability of dropout before the linear layer");
}

}  // namespace
}  // namespace fthost::ner

FTHOST_PLUGIN(
    fthost::ner::classifier<fthost::ner::Ner>("ner",
                                              "Named entity recognition: a label for each word, by a linear layer.",
                                              fthost::ner::kArchitecture),
    fthost::ner::classifier<fthost::ner::NerScalarMix>(
        "ner-scalar-mix", "Named entity recognition by a linear layer over a learned mix of all layers' hidden states.",
        fthost::ner::kMixArchitecture))
