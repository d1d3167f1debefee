#pragma once

/// Kind `model`: an encoder that runs from stage to stage. Needs tensors.

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/files.h>
#include <fthost/options.h>
#include <fthost/packing.h>
#include <fthost/parameters.h>
#include <fthost/tokenizer.h>
#include <fthost/topology.h>

namespace fthost {

/// The stages from `from` up to, not including, `to`: 0 is the embeddings, 1 + k layer k.
struct StageRange {
  int from = 0;
  int to = 0;
};

/// What the head adds to a saved model folder.
struct SavedHead {
  std::string architecture;           ///< End of the architecture's name: "ForTokenClassification".
  std::vector<Parameter> parameters;  ///< Under the names that Hugging Face gives them: "classifier.weight".
  std::vector<std::string> labels;    ///< Become id2label and label2id.
};

/// Must have the option `path`, required and of type path: a Hugging Face model folder. By it the host opens what a run
/// or a task of a sequence has saved; a description without it does not compile, and a library with one is refused.
/// Constructing a model reads its configuration and tokenizer, not its weights: topology() and tokenizer() work at
/// once. Called on the training thread only, but for the tokenizer. Whether autograd records is the engine's decision,
/// and so is what is kept of the rows that forward() gives.
class FTHOST_API Model : public Component {
 public:
  static constexpr Kind kKind = Kind::model;
  ~Model() override = default;

  /// Embeddings and layers, tensors in the order of their stages; the engine adds the head's stage and tensors at the
  /// end. Asked once.
  virtual Topology topology() const = 0;
  /// What, besides weights and token ids, decides the hidden rows that a stage gives in evaluation mode, as text:
  /// "12 heads, gelu, epsilon 1e-12". Rows are kept and read again as long as weights, tokens and this are the same.
  virtual std::string arithmetic() const = 0;
  /// Lives as long as the model; safe to use from several threads.
  virtual const Tokenizer& tokenizer() const = 0;
  /// Most tokens that an example may have.
  virtual std::int64_t max_tokens() const = 0;

  /// Reads the weights, widened to f32, onto `device`. Missing and misshapen tensors: one InputError that names all.
  virtual void load(at::Device device) = 0;
  /// In the topology's order, under its names and in its shapes, on the device of load(). Valid after load();
  /// requires_grad is the engine's to set.
  virtual std::vector<Parameter> parameters() = 0;

  /// What the checkpoint holds beyond the encoder, under its own names ("classifier.weight"): f32, on the device of
  /// load(), after which it is valid. Empty for a bare encoder; a pooler and pre-training heads are left out.
  virtual std::vector<std::pair<std::string, at::Tensor>> head_tensors() = 0;
  /// The labels that the configuration names, in the order of their ids; empty when it has none of its own ("LABEL_0").
  /// Works without load().
  virtual std::vector<std::string> saved_labels() const = 0;

  /// Runs the stages of `range` over packed rows. `input`: [rows] int64 token ids when range.from is 0, else the
  /// hidden rows [rows, hidden] that stage range.from - 1 gave. Returns [rows, hidden], f32 or context.compute. Once
  /// per batch, or several times for ranges that follow upon each other, whose result must be the same as that of all
  /// in one. In evaluation mode a row depends on its own example's tokens only. An empty range returns its input.
  virtual at::Tensor forward(StageRange range, const at::Tensor& input, const Packing& packing,
                             const Context& context) = 0;

  /// Writes a Hugging Face folder into `folder`, which exists and is empty: configuration, weights in f32, tokenizer
  /// files. Through `files`; the caller syncs and renames the folder.
  virtual void save(Files& files, const std::filesystem::path& folder, const SavedHead& head) = 0;
};

}  // namespace fthost
