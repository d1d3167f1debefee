#pragma once

/// What a plan keeps in memory, from shapes alone.

#include <fthost/plan.h>
#include <fthost/topology.h>

#include <cstdint>

namespace fthost {

struct MemoryEstimate {
  std::int64_t learning_parameters = 0;
  std::int64_t frozen_parameters = 0;
  std::int64_t weight_bytes = 0;      ///< f32 weights of the whole model.
  std::int64_t gradient_bytes = 0;    ///< Of learning tensors.
  std::int64_t optimizer_bytes = 0;   ///< Two moments per learning element.
  std::int64_t activation_bytes = 0;  ///< What the suffix keeps for its backward pass, for one batch.

  /// What a training step holds. What LibTorch takes by itself, loading, filling the cache, its rows, and evaluation
  /// are not in it: where little learns, a process takes several times as much.
  std::int64_t step_bytes() const { return weight_bytes + gradient_bytes + optimizer_bytes + activation_bytes; }
};

/// For f32 weights and a batch of `rows` tokens whose longest example has `longest`. Activations are what one layer of
/// the suffix keeps for its backward pass: per token its input, query, key, value, attention's result, both sums before
/// the norms, both norms' results (9 rows of the hidden size), the feed-forward part before and after its activation (2
/// rows of the intermediate size), and per head a row of attention probabilities.
MemoryEstimate estimate_memory(const Topology& topology, const Plan& plan, std::int64_t rows, std::int64_t longest);

}  // namespace fthost
