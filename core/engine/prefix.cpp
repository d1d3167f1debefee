#include "core/engine/prefix.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace fthost {

void Prefix::set_plan(const Plan& plan, const std::vector<PrefixCache::Uses>& uses) {
  boundary_ = std::min(plan.first_stage, network_.encoder_stages());
  if (pipeline_.prefix_is_fixed()) cache_.set_boundary(boundary_, uses);
}

void Prefix::prepare(const DataSet& set, const std::string& name) {
  if (pipeline_.prefix_is_fixed() && cache_.active()) cache_.fill(set, name);
}

at::Tensor Prefix::rows(const Batch& batch, const Context& context) {
  if (pipeline_.prefix_is_fixed() && cache_.active()) return cache_.rows(batch);
  const at::AutoGradMode autograd(at::GradMode::is_enabled() && pipeline_.train.clip_over_all);
  Context prefix_context = context;
  prefix_context.training = context.training && pipeline_.frozen_dropout;
  return network_.forward({0, boundary_}, batch.tokens, batch.packing, prefix_context);
}

}  // namespace fthost
