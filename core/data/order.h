#pragma once

/// In which order an epoch goes through the data, which part of it is kept for evaluation, and how it is cut into
/// batches. Pure functions: an epoch's order needs no replay of the epochs before it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fthost {

/// A random permutation of 0 … n-1, the same for the same (seed, epoch, n) on every platform. `epoch` counts from 1.
/// Fisher and Yates, with draws of its own.
std::vector<std::size_t> data_order(std::uint64_t seed, std::int64_t epoch, std::size_t n);

/// The numbers 0 … n-1 in two parts, each ascending.
struct SplitNumbers {
  std::vector<std::size_t> train;
  std::vector<std::size_t> dev;
};

/// Keeps a random share of n for evaluation: round(share * n), but at least 1 and at most n-1. The same for the same
/// (seed, share, n); a larger share holds all of a smaller one's. `n` must be 2 or more, `share` between 0 and 1.
SplitNumbers split_numbers(std::uint64_t seed, double share, std::size_t n);

/// Cuts an order into batches of `batch_size` (1 or more); the last one may be smaller, none is empty. The parts point
/// into `order`, which must outlive them.
std::vector<std::span<const std::size_t>> cut_batches(std::span<const std::size_t> order, std::size_t batch_size);

/// Cuts an order into batches whose examples have at most `most_tokens` in all, by `lengths` (tokens of each example,
/// by its number); an example longer than that is a batch of its own. None is empty; the parts point into `order`.
std::vector<std::span<const std::size_t>> cut_batches_by_tokens(std::span<const std::size_t> order,
                                                                std::span<const std::int64_t> lengths,
                                                                std::int64_t most_tokens);

}  // namespace fthost
