#include "core/engine/memory.h"

namespace fthost {

MemoryEstimate estimate_memory(const Topology& topology, const Plan& plan, std::int64_t rows, std::int64_t longest) {
  constexpr std::int64_t kFloatBytes = 4;
  constexpr std::int64_t kMoments = 2;
  MemoryEstimate estimate;
  for (std::size_t i = 0; i < topology.tensors.size(); ++i)
    (plan.learns[i] ? estimate.learning_parameters : estimate.frozen_parameters) += topology.tensors[i].count();
  estimate.weight_bytes = (estimate.learning_parameters + estimate.frozen_parameters) * kFloatBytes;
  estimate.gradient_bytes = estimate.learning_parameters * kFloatBytes;
  estimate.optimizer_bytes = estimate.learning_parameters * kFloatBytes * kMoments;

  const std::int64_t per_row =
      9 * topology.hidden_size + 2 * topology.intermediate_size + topology.attention_heads * longest;
  for (int stage = plan.first_stage; stage < topology.head_stage(); ++stage)
    estimate.activation_bytes += rows * kFloatBytes * (stage == 0 ? topology.hidden_size : per_row);
  return estimate;
}

}  // namespace fthost
