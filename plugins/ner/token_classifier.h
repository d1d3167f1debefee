#pragma once

/// What the heads of this library share: labels of words, and a linear layer that gives a row's logits.

#include <fthost/head.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "labels.h"

namespace fthost::ner {

/// A head but for its architecture, and for how hidden rows become the linear layer's input.
class TokenClassifier : public Head {
 public:
  explicit TokenClassifier(const Options& options);

  bool special_tokens() const override { return special_tokens_; }
  void learn_labels(std::span<const Sentence> train) override;
  void set_labels(std::vector<std::string> labels) override { labels_.set(std::move(labels)); }
  const std::vector<std::string>& labels() const override { return labels_.list(); }
  void align(const Sentence& sentence, Example& example) const override;

  /// The linear layer's, which stay the first two.
  std::vector<TensorShape> tensors(std::int64_t hidden_size) const override;
  /// The linear layer's weight by chance, the rest zeros.
  void initialise(const HeadShape& shape) override;
  void load(const HeadShape& shape, std::span<const Parameter> saved) override;
  std::vector<Parameter> parameters() override { return parameters_; }

  Loss loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled) override;
  std::vector<std::string> decode(const at::Tensor& logits, const Example& example) const override;

 protected:
  /// Dropout, then the linear layer. `x`: [rows, hidden].
  at::Tensor classify(const at::Tensor& x, const Packing& packing, const Context& context) const;
  /// In the order of tensors().
  const at::Tensor& value(std::size_t tensor) const { return parameters_[tensor].value; }

 private:
  double dropout_;
  LabelOn label_on_;
  bool special_tokens_;
  std::optional<Scheme> named_scheme_;  ///< None: found out from the training set.
  Scheme scheme_ = Scheme::none;        ///< Of the data.
  bool listed_ = false;
  Labels labels_;
  int stage_ = 0;
  std::vector<Parameter> parameters_;
};

}  // namespace fthost::ner
