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
#include "core/pipeline/pipeline.h"
#include "core/plugins/registry.h"

namespace fthost {

/// Holds the two plugins and calls them; what they throw is reported with their name. `pipeline` must outlive it.
class Network {
 public:
  /// Creates both components: configuration and tokenizer are read, weights are not.
  Network(const Pipeline& pipeline, PluginRegistry& plugins);

  Model& model() { return *model_; }
  Head& head() { return *head_; }

  /// The model's stages and tensors, then the head's. The head must know its labels.
  Topology topology() const;

  /// Reads the model's weights onto `device` and gives the head fresh ones.
  void load(at::Device device, std::uint64_t seed);

  /// All tensors in the topology's order. Valid after load().
  std::span<Parameter> parameters() { return parameters_; }

  /// Sets which tensors learn. Only they ask for gradients, or all do with `all_gradients`.
  void apply(const Plan& plan, bool all_gradients);

  /// Runs the encoder's stages of `range`; see Model::forward.
  at::Tensor forward(StageRange range, const at::Tensor& input, const Packing& packing, const Context& context);
  at::Tensor logits(const at::Tensor& hidden, const Packing& packing, const Context& context);
  Loss loss(const at::Tensor& logits, const at::Tensor& targets);

  /// Number of encoder stages: embeddings and layers.
  int encoder_stages() const { return encoder_stages_; }

 private:
  const Pipeline& pipeline_;
  std::shared_ptr<Model> model_;
  std::shared_ptr<Head> head_;
  std::vector<Parameter> parameters_;
  int encoder_stages_ = 0;
};

/// The length of the parameters' gradients taken as one vector: of those that have one, whether they learn or not.
double gradient_norm(std::span<const Parameter> parameters);

}  // namespace fthost
