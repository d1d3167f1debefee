#include "token_classifier.h"

#include <ATen/ATen.h>

#include <fthost/ops.h>

#include <algorithm>
#include <utility>

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

}  // namespace

TokenClassifier::TokenClassifier(const Options& options)
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

void TokenClassifier::learn_labels(std::span<const Sentence> train) {
  scheme_ = require_trainable(train, named_scheme_, listed_ ? labels_.list() : std::vector<std::string>());
  if (!listed_) labels_.learn(train, scheme_);
}

void TokenClassifier::align(const Sentence& sentence, Example& example) const {
  fthost::align(labels_, sentence, example, label_on_, scheme_);
}

std::vector<TensorShape> TokenClassifier::tensors(std::int64_t hidden_size) const {
  const auto count = static_cast<std::int64_t>(labels().size());
  return {{kWeight, {count, hidden_size}}, {kBias, {count}}};
}

void TokenClassifier::initialise(const HeadShape& shape) {
  stage_ = shape.stage;
  parameters_.clear();
  for (const auto& tensor : tensors(shape.hidden_size))
    parameters_.push_back({tensor.name, at::zeros(tensor.shape, at::TensorOptions(at::kFloat).device(shape.device))});
  ops::fill_normal(parameters_[0].value, shape.seed, kWeight, kInitialDeviation);
}

void TokenClassifier::load(const HeadShape& shape, std::span<const Parameter> saved) {
  stage_ = shape.stage;
  std::string problems;
  std::vector<Parameter> found;
  for (const auto& wanted : tensors(shape.hidden_size)) {
    const auto match =
        std::find_if(saved.begin(), saved.end(), [&](const Parameter& p) { return p.name == wanted.name; });
    if (match == saved.end())
      problems += "; '" + wanted.name + "' is missing";
    else if (match->value.sizes() != wanted.shape)
      problems += "; '" + wanted.name + "' has the shape " + shape_text(match->value.sizes()) + ", expected " +
                  shape_text(wanted.shape);
    else
      found.push_back({wanted.name, match->value.to(shape.device).contiguous()});
  }
  if (!problems.empty()) throw Error("the checkpoint holds no head of this kind" + problems);
  parameters_ = std::move(found);
}

at::Tensor TokenClassifier::classify(const at::Tensor& x, const Packing& packing, const Context& context) const {
  const ops::DropoutKey key{context.seed, context.step, stage_, 0};
  // Small: a lower precision would save nothing.
  return ops::linear(ops::dropout(x, dropout_, key, packing, context.training), value(0), value(1), at::kFloat);
}

Loss TokenClassifier::loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled) {
  const auto sum = at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, kIgnoredLabel);
  return {sum / static_cast<double>(std::max<std::int64_t>(labelled, 1)), labelled};
}

std::vector<std::string> TokenClassifier::decode(const at::Tensor& logits, const Example& example) const {
  std::vector<std::string> decoded;
  decoded.reserve(example.speakers.size());
  const auto width = logits.size(1);
  for (const auto& speaker : example.speakers) {
    const auto* const row = logits.const_data_ptr<float>() + speaker.token * width;
    decoded.push_back(labels_.list()[static_cast<std::size_t>(std::max_element(row, row + width) - row)]);
  }
  return decoded;
}

}  // namespace fthost::ner
