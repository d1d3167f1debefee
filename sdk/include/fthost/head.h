#pragma once

/// Kind `head`: what the model is fine-tuned to say. Label vocabulary, alignment of labels to tokens, logits, loss,
/// decoding. Needs tensors.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/options.h>
#include <fthost/packing.h>
#include <fthost/parameters.h>
#include <fthost/sentence.h>
#include <fthost/topology.h>

namespace fthost {

/// What a head must know of the model to make its tensors.
struct HeadShape {
  std::int64_t hidden_size = 0;
  int stage = 0;           ///< The head's index among the stages: part of its dropout's key.
  std::uint64_t seed = 0;  ///< Initial weights are a function of it and of the tensor's name.
  at::Device device = at::kCPU;
};

/// Loss of a batch.
struct Loss {
  at::Tensor mean;            ///< Scalar f32: mean over the labelled tokens; 0 when there are none.
  std::int64_t labelled = 0;  ///< How many tokens had a say.
};

/// Used in this order: labels (learn_labels or set_labels), align for each example, initialise or load, then the rest.
/// Called on the training thread only, except `align` and `decode`, which are const and may run on several. Autograd is
/// on in training and off in evaluation; the engine decides that, not the head.
class FTHOST_API Head : public Component {
 public:
  static constexpr Kind kKind = Kind::head;
  ~Head() override = default;

  /// Does an example start with the tokenizer's [CLS] and end with its [SEP]?
  virtual bool special_tokens() const = 0;

  /// Makes the vocabulary from the training set's labels; deterministic. May throw InputError for labels that it
  /// cannot work with, with file and line.
  virtual void learn_labels(std::span<const Sentence> train) = 0;
  /// The vocabulary of a saved model, in the order of its ids.
  virtual void set_labels(std::vector<std::string> labels) = 0;
  /// One or more, each once, by id; lives as long as the head and changes no more. Words that no token speaks for, such
  /// as those that `long = "truncate"` cuts off, are predicted to be "O", or where the vocabulary has no "O" the first
  /// of these: put there what a word is that nobody knows anything about.
  virtual const std::vector<std::string>& labels() const = 0;

  /// Fills example.targets (and nothing else) from the sentence's labels; example.tokens, words and speakers are there.
  /// One target for each token: an index into labels(), or kIgnoredLabel. A label that the vocabulary lacks gets
  /// kIgnoredLabel. Sentences without labels get kIgnoredLabel throughout.
  virtual void align(const Sentence& sentence, Example& example) const = 0;

  /// The head's tensors under the names that a Hugging Face checkpoint gives them, all of the head's stage; needs the
  /// labels and the hidden size only, and of an AllStagesReader set_stages before it.
  virtual std::vector<TensorShape> tensors(std::int64_t hidden_size) const = 0;
  /// Makes the tensors with fresh random values.
  virtual void initialise(const HeadShape& shape) = 0;
  /// Takes the tensors from a checkpoint instead. `saved`: f32, may hold others too. Throws Error naming every tensor
  /// that is missing or has another shape than tensors() says.
  virtual void load(const HeadShape& shape, std::span<const Parameter> saved) = 0;
  /// In the order and shapes of tensors(), f32, on the device of HeadShape. Valid after initialise or load;
  /// requires_grad is the engine's to set.
  virtual std::vector<Parameter> parameters() = 0;

  /// [rows, hidden] (f32 or bf16) to [rows, labels], f32: once per batch. In training autograd must be able to go back
  /// from the result to `hidden` and to the head's own tensors. An AllStagesReader gets [rows, stages, hidden].
  virtual at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context) = 0;
  /// Once per batch, after logits. `targets`: [rows] int64 on the device, kIgnoredLabel where a token has no say.
  /// `labelled`: how many have one. It was counted on the host: reading a number off the device means to wait for it.
  virtual Loss loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled) = 0;

  /// The labels of example.speakers' words, in their order and one for each, from the example's rows of logits
  /// ([tokens, labels], f32, CPU, contiguous). Once per example of each evaluation.
  virtual std::vector<std::string> decode(const at::Tensor& logits, const Example& example) const = 0;

  /// What a saved folder calls this kind of model: "ForTokenClassification".
  virtual std::string architecture() const = 0;
};

/// Optional ability: a head that also derives from this reads the rows that every stage of the model gave (what
/// Transformers calls hidden states), and not the last stage's only: logits() gets [rows, stages, hidden], the
/// embeddings' rows first, the top layer's last. The rows of frozen stages are kept and read again as those of other
/// heads are, at as many times the room.
class FTHOST_API AllStagesReader {
 public:
  virtual ~AllStagesReader() = default;
  /// How many stages the model has, embeddings included. Called once, before the labels are made.
  virtual void set_stages(int stages) = 0;
};

}  // namespace fthost
