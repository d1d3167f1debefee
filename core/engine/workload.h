#pragma once

/// How much a run has to do, as far as what it takes depends on it. No tensors.

#include <cstdint>

namespace fthost {

struct Workload {
  std::int64_t train_tokens = 0;  ///< Of an epoch.
  std::int64_t dev_tokens = 0;
  std::int64_t test_tokens = 0;
  /// Of these, the tokens of examples that equal an earlier one, of their set or of an earlier one in the order train,
  /// dev, test: their rows are kept once.
  std::int64_t train_repeated = 0, dev_repeated = 0, test_repeated = 0;
  std::int64_t steps = 0;        ///< Of the optimizer, in an epoch.
  std::int64_t evaluations = 1;  ///< Of dev, for each epoch.
  int epochs = 0;
  std::int64_t batch_tokens = 0;  ///< Of the largest batch.
  std::int64_t cache_room = 0;  ///< Bytes of rows that may be kept; 0: none are, as where all gradients are asked for.
  std::int64_t kept_bytes = 4;  ///< Of a number in a row that is kept.
  bool all_stages = false;      ///< The head reads the rows of all stages, which go along with a token.
  bool all_gradients = false;   ///< Frozen tensors have gradients too, those below the boundary among them.

  std::int64_t tokens() const { return train_tokens + dev_tokens + test_tokens; }
  std::int64_t different_tokens() const { return tokens() - train_repeated - dev_repeated - test_repeated; }
};

}  // namespace fthost
