#pragma once

/// The part of the model below the boundary: computed in evaluation mode and without autograd, so that its result
/// depends on nothing but its weights and the tokens, and may be kept.

#include <ATen/core/Tensor.h>
#include <fthost/plan.h>

#include "core/engine/batches.h"
#include "core/engine/network.h"
#include "core/engine/prefix_cache.h"
#include "core/pipeline/pipeline.h"

namespace fthost {

/// Gives the suffix its input. All references must outlive it.
class Prefix {
 public:
  Prefix(const Pipeline& pipeline, Network& network, PrefixCache& cache)
      : pipeline_(pipeline), network_(network), cache_(cache) {}

  /// Must come before the rest, and whenever the plan changes. `uses`: what will be asked for from now on.
  void set_plan(const Plan& plan, const std::vector<PrefixCache::Uses>& uses);

  /// Computes what the cache is to hold of a set, if it is used at all. A caller that is about to go through the whole
  /// set asks for it first, or after a batch where is_exact(); `name` is shown while it runs.
  void prepare(const DataSet& set, const std::string& name);

  /// May a batch come before prepare(), since that changes no bit?
  bool is_exact() const { return cache_.is_exact(); }

  /// The stages that follow upon rows().
  StageRange suffix() const { return {boundary_, network_.encoder_stages()}; }

  /// The input of the suffix for one batch: token ids when there is no prefix, else the hidden rows at the boundary, in
  /// the shape of HiddenRows.
  at::Tensor rows(const Batch& batch, const Context& context);

 private:
  const Pipeline& pipeline_;
  Network& network_;
  PrefixCache& cache_;
  int boundary_ = 0;
};

}  // namespace fthost
