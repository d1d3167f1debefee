#pragma once

/// A batch as the model sees it: examples packed end to end, without padding. Needs tensors.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace fthost {

/// Where each example starts in the packed rows. Row r belongs to the example e with starts[e] <= r < starts[e + 1].
struct Packing {
  std::vector<std::int64_t> starts;  ///< One more than there are examples; starts at 0, ends at the number of rows.
  std::int64_t longest = 0;          ///< Tokens of the longest example.
  at::Tensor positions;              ///< [rows] int64, on the run's device: place of the row in its example, from 0.
  /// [rows] int64, on the run's device: a hash of (example id, position). Dropout is keyed by it, so that what a row
  /// draws does not depend on the batch that it happens to be in.
  at::Tensor row_keys;

  std::int64_t rows() const { return starts.back(); }
  std::int64_t examples() const { return static_cast<std::int64_t>(starts.size()) - 1; }
};

/// How a stage is to be computed. The engine decides, never the plugin.
struct Context {
  bool training = false;   ///< Dropout is on.
  std::uint64_t seed = 0;  ///< The run's.
  std::int64_t step = 0;   ///< Optimizer step, from 0: with seed, stage and row key it makes dropout's draw.
  at::ScalarType compute = at::kFloat;  ///< Number type of the matrix products: float, or bfloat16.
};

}  // namespace fthost
