#include "core/engine/memory.h"

#include <algorithm>

namespace fthost {
namespace {

constexpr std::int64_t kFloatBytes = 4;

}  // namespace

int rows_per_token(const Plan& plan, bool all_stages) {
  return all_stages ? plan.first_stage : 1;
}

std::int64_t kept_bytes_per_token(const Topology& topology, const Plan& plan, const Workload& work) {
  return topology.hidden_size * work.kept_bytes * rows_per_token(plan, work.all_stages);
}

double f32_rows_per_token(const Topology& topology, const Plan& plan, const Workload& work) {
  return static_cast<double>(kept_bytes_per_token(topology, plan, work)) /
         static_cast<double>(topology.hidden_size * kFloatBytes);
}

KeptTokens kept_tokens(const Topology& topology, const Plan& plan, const Workload& work) {
  if (plan.first_stage == 0 || work.cache_room == 0) return {};
  auto room = work.cache_room / kept_bytes_per_token(topology, plan, work);
  KeptTokens kept;
  std::int64_t all_different = 0;
  const auto take = [&](std::int64_t tokens, std::int64_t repeated) {
    const auto different = tokens - repeated, taken = std::min(different, room);
    room -= taken;
    kept.different += taken;
    all_different += different;
    // A repeated example is there as likely as any that came so far.
    return taken + (all_different > 0 ? repeated * kept.different / all_different : 0);
  };
  kept.train = take(work.train_tokens, work.train_repeated);
  kept.dev = take(work.dev_tokens, work.dev_repeated);
  kept.test = take(work.test_tokens, work.test_repeated);
  return kept;
}

MemoryEstimate estimate_memory(const Topology& topology, const Plan& plan, const Workload& work) {
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
  const auto kept = kept_tokens(topology, plan, work);
  if (work.all_stages) {
    // All of them once for the head, and once more what they were gathered from; gradients where a stage has its own.
    const bool records = first_recorded < topology.head_stage();
    const bool gathered = records || kept.different == 0 || kept.all() < work.tokens();
    estimate.activation_bytes += work.batch_tokens * row_bytes * (topology.head_stage() + (gathered ? below : 0));
    if (records) estimate.passing_bytes += work.batch_tokens * row_bytes * topology.head_stage();
  }
  estimate.cache_bytes = kept.different * kept_bytes_per_token(topology, plan, work);
  if (kept.different > 0)
    estimate.filling_bytes =
        std::min(kFillTokens, kept.different) * ((6 + (work.all_stages ? 2 * below : 0)) * row_bytes + inner_bytes) +
        std::min(kSegmentBytes, estimate.cache_bytes);
  return estimate;
}

}  // namespace fthost
