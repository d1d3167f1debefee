#include "core/engine/prefix.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace fthost {

at::Tensor suffix_input(Network& network, const Batch& batch, const Plan& plan, const Context& context,
                        bool frozen_dropout) {
  const at::NoGradGuard no_autograd;
  Context prefix_context = context;
  prefix_context.training = context.training && frozen_dropout;
  const int boundary = std::min(plan.first_stage, network.encoder_stages());
  return network.forward({0, boundary}, batch.tokens, batch.packing, prefix_context);
}

}  // namespace fthost
