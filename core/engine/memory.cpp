#include "core/engine/memory.h"

#include <algorithm>

namespace fthost {

int rows_per_token(const Plan& plan, bool all_stages) {
  return all_stages ? plan.first_stage : 1;
}

MemoryEstimate estimate_memory(const Topology& topology, const Plan& plan, const Workload& work) {
  constexpr std::int64_t kFloatBytes = 4;
  constexpr std::int64_t kMoments = 2;
  MemoryEstimate estimate;
  for (std::size_t i = 0; i < topology.tensors.size(); ++i)
    (plan.learns[i] ? estimate.learning_parameters : estimate.frozen_parameters) += topology.tensors[i].count();
  estimate.weight_bytes = (estimate.learning_parameters + estimate.frozen_parameters) * kFloatBytes;
  estimate.gradient_bytes = work.all_gradients ? estimate.weight_bytes : estimate.learning_parameters * kFloatBytes;
  estimate.optimizer_bytes = estimate.learning_parameters * kFloatBytes * kMoments;

  const auto row_bytes = topology.hidden_size * kFloatBytes;
  const auto inner_bytes = 2 * topology.intermediate_size * kFloatBytes;
  const int first_recorded = work.all_gradients ? 0 : plan.first_stage;
  for (int stage = first_recorded; stage < topology.head_stage(); ++stage)
    estimate.activation_bytes += work.batch_tokens * (stage == 0 ? row_bytes : 8 * row_bytes + inner_bytes);
  estimate.passing_bytes = work.batch_tokens * (6 * row_bytes + inner_bytes);
  const int below = rows_per_token(plan, work.all_stages);
  const auto cached_tokens = work.cached && plan.first_stage > 0 ? work.tokens() : 0;
  if (work.all_stages) {
    // All of them once for the head, and once more what they were gathered from; gradients where a stage has its own.
    const bool records = first_recorded < topology.head_stage();
    const bool gathered = records || cached_tokens == 0;
    estimate.activation_bytes += work.batch_tokens * row_bytes * (topology.head_stage() + (gathered ? below : 0));
    if (records) estimate.passing_bytes += work.batch_tokens * row_bytes * topology.head_stage();
  }
  estimate.cache_bytes = cached_tokens * row_bytes * below;
  if (cached_tokens > 0)
    estimate.filling_bytes =
        std::min(kFillTokens, cached_tokens) * ((6 + (work.all_stages ? 2 * below : 0)) * row_bytes + inner_bytes) +
        std::min(kSegmentBytes, estimate.cache_bytes);
  return estimate;
}

}  // namespace fthost
