#include "core/engine/steps.h"

#include <algorithm>

#include "core/data/order.h"

namespace fthost {

std::vector<std::int64_t> lengths_of(const DataSet& set) {
  std::vector<std::int64_t> lengths;
  for (const auto& example : set.examples) lengths.push_back(static_cast<std::int64_t>(example.tokens.size()));
  return lengths;
}

std::vector<std::span<const std::size_t>> cut_batches(const TrainOptions& train, std::span<const std::size_t> order,
                                                      std::span<const std::int64_t> lengths) {
  return train.batch_tokens ? cut_batches_by_tokens(order, lengths, *train.batch_tokens)
                            : cut_batches(order, static_cast<std::size_t>(train.batch_size));
}

std::int64_t most_batch_tokens(const TrainOptions& train, std::int64_t max_length) {
  // An example that is longer than batch_tokens is a batch of its own.
  return train.batch_tokens ? std::max<std::int64_t>(*train.batch_tokens, max_length) : train.batch_size * max_length;
}

std::int64_t steps_for(const TrainOptions& train, std::size_t batches) {
  const auto together = static_cast<std::size_t>(train.accumulation_steps);
  return static_cast<std::int64_t>((batches + together - 1) / together);
}

}  // namespace fthost
