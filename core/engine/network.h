#pragma once

/// Model and head as one row of stages, with the plan applied to their tensors.

#include <ATen/core/Tensor.h>
#include <fthost/head.h>
#include <fthost/model.h>
#include <fthost/plan.h>
#include <fthost/topology.h>

#include <memory>
#include <span>
#include <vector>

#include "core/engine/batches.h"
#include "core/engine/hidden_rows.h"
#include "core/pipeline/pipeline.h"
#include "core/plugins/registry.h"

namespace fthost {

/// Holds the two plugins and calls them; what they throw is reported with their name, and so is what they give that
/// breaks a promise of their kind. `pipeline` must outlive it.
class Network {
 public:
  /// Creates both components: configuration and tokenizer are read, weights are not.
  Network(const Pipeline& pipeline, PluginRegistry& plugins);

  Model& model() { return *model_; }
  Head& head() { return *head_; }

  /// Lets the head make its vocabulary from the training set.
  void learn_labels(std::span<const Sentence> train);

  /// The model's stages and tensors.
  const Topology& encoder() const { return encoder_; }
  /// The model's stages and tensors, then the head's. The head must know its labels.
  Topology topology() const;

  /// Reads the model's weights onto `device` and gives the head fresh ones.
  void load(at::Device device, std::uint64_t seed);

  /// All tensors in the topology's order. Valid after load().
  std::span<Parameter> parameters() { return parameters_; }

  /// Sets which tensors learn. Only they ask for gradients, or all do with `all_gradients`.
  void apply(const Plan& plan, bool all_gradients);

  /// What stages hand on, as the head wants it.
  const HiddenRows& hidden_rows() const { return hidden_; }
  /// Runs the encoder's stages of `range`; see run_stages(). An empty range returns its input.
  at::Tensor forward(StageRange range, const at::Tensor& input, const Packing& packing, const Context& context);
  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context);
  Loss loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled);
  /// Adds the gradients of a loss to those of the tensors that ask for them.
  void backward(const at::Tensor& loss);
  /// See Head::decode.
  std::vector<std::string> decode(const at::Tensor& logits, const Example& example) const;

  /// Number of encoder stages: embeddings and layers.
  int encoder_stages() const { return static_cast<int>(encoder_.stages.size()); }

 private:
  const Pipeline& pipeline_;
  std::shared_ptr<Model> model_;
  std::shared_ptr<Head> head_;
  Topology encoder_;
  HiddenRows hidden_;
  std::vector<Parameter> parameters_;
};

/// The length of the parameters' gradients taken as one vector: of those that have one, whether they learn or not.
/// Parameters, of which there is one or more, give one f32 number on their device.
at::Tensor gradient_norm(std::span<const Parameter> parameters);

}  // namespace fthost
