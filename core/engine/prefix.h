#pragma once

/// The part of the model below the boundary: computed in evaluation mode and without autograd, so that its result
/// depends on nothing but its weights and the tokens. What is computed here may be kept and read again.

#include <ATen/core/Tensor.h>
#include <fthost/plan.h>

#include "core/engine/batches.h"
#include "core/engine/network.h"

namespace fthost {

/// Gives the suffix its input. `network` must outlive it.
class Prefix {
 public:
  struct Rules {
    /// The prefix draws dropout as in training, which makes its result another one in every step.
    bool frozen_dropout = false;
    /// Autograd goes through the prefix too, for the gradients of frozen tensors.
    bool gradients = false;
  };

  Prefix(Network& network, Rules rules) : network_(network), rules_(rules) {}

  /// Must come before the rest, and whenever the plan changes.
  void set_plan(const Plan& plan);

  /// The stages that follow upon rows().
  StageRange suffix() const { return {boundary_, network_.encoder_stages()}; }

  /// The input of the suffix for one batch: token ids when there is no prefix, else the hidden rows at the boundary.
  at::Tensor rows(const Batch& batch, const Context& context);

 private:
  Network& network_;
  Rules rules_;
  int boundary_ = 0;
};

}  // namespace fthost
