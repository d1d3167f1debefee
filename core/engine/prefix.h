#pragma once

/// The part of the model below the boundary: computed in evaluation mode and without autograd, so that its result
/// depends on nothing but its weights and the tokens, and may be kept.

#include <ATen/core/Tensor.h>
#include <fthost/plan.h>

#include "core/engine/batches.h"
#include "core/engine/network.h"
#include "core/engine/prefix_cache.h"

namespace fthost {

/// Gives the suffix its input. `network` and `cache` must outlive it.
class Prefix {
 public:
  struct Rules {
    /// The prefix draws dropout as in training, which makes its result another one in every step.
    bool frozen_dropout = false;
    /// Autograd goes through the prefix too, for the gradients of frozen tensors.
    bool gradients = false;
  };

  Prefix(Network& network, PrefixCache& cache, Rules rules) : network_(network), cache_(cache), rules_(rules) {}

  /// Must come before the rest, and whenever the plan changes. `uses`: what will be asked for from now on.
  void set_plan(const Plan& plan, const std::vector<PrefixCache::Uses>& uses);

  /// Computes what the cache is to hold of a set, if it is used at all. A caller that is about to go through the whole
  /// set asks for it first; `name` is shown while it runs.
  void prepare(const DataSet& set, const std::string& name);

  /// The stages that follow upon rows().
  StageRange suffix() const { return {boundary_, network_.encoder_stages()}; }

  /// The input of the suffix for one batch: token ids when there is no prefix, else the hidden rows at the boundary.
  at::Tensor rows(const Batch& batch, const Context& context);

 private:
  /// Rows that are another draw each time, or that gradients pass, cannot be kept.
  bool keeps() const { return !rules_.frozen_dropout && !rules_.gradients; }

  Network& network_;
  PrefixCache& cache_;
  Rules rules_;
  int boundary_ = 0;
};

}  // namespace fthost
