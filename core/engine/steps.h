#pragma once

/// How an epoch becomes steps, as [train] says: for training, and for who foretells it.

#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/data_sets.h"
#include "core/pipeline/pipeline.h"

namespace fthost {

/// Tokens of each example.
std::vector<std::int64_t> lengths_of(const DataSet& set);

/// Cuts an epoch's order into batches of `batch_size` examples or at most `batch_tokens` tokens. The parts point into
/// `order`, which must outlive them.
std::vector<std::span<const std::size_t>> cut_batches(const TrainOptions& train, std::span<const std::size_t> order,
                                                      std::span<const std::int64_t> lengths);

/// The most tokens that a batch of cut_batches() has when no example has more than `max_length`.
std::int64_t most_batch_tokens(const TrainOptions& train, std::int64_t max_length);

/// Steps of the optimizer for so many batches.
std::int64_t steps_for(const TrainOptions& train, std::size_t batches);

}  // namespace fthost
