#pragma once

/// What a plan keeps in memory, from shapes alone.

#include <fthost/plan.h>
#include <fthost/topology.h>

#include <algorithm>
#include <cstdint>

#include "core/engine/workload.h"

namespace fthost {

/// Tokens that are computed together when the cache is filled: without gradients memory sets no narrower limit.
inline constexpr std::int64_t kFillTokens = 2048;
/// Most bytes of a segment of the cache: built in memory, then written.
inline constexpr std::int64_t kSegmentBytes = std::int64_t{32} << 20;

struct MemoryEstimate {
  std::int64_t learning_parameters = 0;
  std::int64_t frozen_parameters = 0;
  std::int64_t weight_bytes = 0;      ///< f32 weights of the whole model.
  std::int64_t gradient_bytes = 0;    ///< Of learning tensors, or of all.
  std::int64_t optimizer_bytes = 0;   ///< Two moments per learning element, as adamw has them.
  std::int64_t activation_bytes = 0;  ///< What the suffix keeps for its backward pass, for one batch.
  std::int64_t passing_bytes = 0;     ///< What one layer needs while a batch passes it.
  std::int64_t filling_bytes = 0;     ///< The same for filling the cache, with the segment that is built.
  std::int64_t cache_bytes = 0;       ///< Rows at the boundary: in memory, or pages of mapped files that were read.

  /// What a process holds at most beyond what it takes to open LibTorch. The kernel can take the cache's mapped pages
  /// back, but counts them.
  std::int64_t peak_bytes() const {
    return weight_bytes + gradient_bytes + optimizer_bytes +
           std::max(cache_bytes + activation_bytes + passing_bytes, filling_bytes) + kWorkspaceBytes;
  }

  /// Buffers and code of the libraries once they multiply, tokenizer, data: what measured peaks
  /// (tests/bench/freezing.py) have beyond the rest.
  static constexpr std::int64_t kWorkspaceBytes = std::int64_t{56} << 20;
};

/// Rows of the hidden size that a token has at the plan's boundary; `all_stages`: those of all stages below it.
int rows_per_token(const Plan& plan, bool all_stages);

/// Bytes of what is kept of a token at the plan's boundary.
std::int64_t kept_bytes_per_token(const Topology& topology, const Plan& plan, const Workload& work);
/// The same as rows of the hidden size in f32.
double f32_rows_per_token(const Topology& topology, const Plan& plan, const Workload& work);

/// Tokens of each set whose rows find room. The others' are computed whenever they are asked for.
struct KeptTokens {
  std::int64_t train = 0, dev = 0, test = 0;
  std::int64_t different = 0;  ///< Of all sets, without those of repeated examples: what is computed once, and held.

  std::int64_t all() const { return train + dev + test; }
};
/// The sets are filled in this order. None where there is no prefix.
KeptTokens kept_tokens(const Topology& topology, const Plan& plan, const Workload& work);

/// For f32, the largest batch of `work`, and the rows that are kept. Where a head reads all stages, a
/// token's rows of all go along: kept, gathered, and with gradients. Of a layer of the suffix the operators keep for
/// the backward pass, per token: its input, query, key, value, attention's result, both norms' normalised rows and the
/// first one's result (8 rows of the hidden size), and the feed-forward part before and after its activation (2 of the
/// intermediate size). While a layer is computed, there are 6 and 2 such rows. Where all gradients are asked for, that
/// holds of every layer.
MemoryEstimate estimate_memory(const Topology& topology, const Plan& plan, const Workload& work);

}  // namespace fthost
