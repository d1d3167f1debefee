#pragma once

/// The part of the model below the boundary: computed without autograd and in evaluation mode, so that its result
/// depends on nothing but its weights and the tokens. What is computed here may be kept and read again.

#include <ATen/core/Tensor.h>
#include <fthost/plan.h>

#include "core/engine/batches.h"
#include "core/engine/network.h"

namespace fthost {

/// The input of the suffix for one batch: token ids when there is no prefix, else the hidden rows at the boundary.
/// `frozen_dropout`: the prefix draws dropout as in training, which makes its result another one in every step.
at::Tensor suffix_input(Network& network, const Batch& batch, const Plan& plan, const Context& context,
                        bool frozen_dropout);

}  // namespace fthost
