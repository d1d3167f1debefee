#include "core/data/order.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/data/random.h"

namespace fthost {
namespace {

/// Keeps the split's draws apart from those of all epochs, which count from 1.
constexpr std::uint64_t kSplit = 0;

std::vector<std::size_t> shuffled(std::uint64_t key, std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Draws draws(key);
  for (std::size_t left = n; left > 1; --left) std::swap(order[left - 1], order[draws.below(left)]);
  return order;
}

}  // namespace

std::vector<std::size_t> data_order(std::uint64_t seed, std::int64_t epoch, std::size_t n) {
  return shuffled(mix(seed, static_cast<std::uint64_t>(epoch)), n);
}

SplitNumbers split_numbers(std::uint64_t seed, double share, std::size_t n) {
  const auto order = shuffled(mix(seed, kSplit), n);
  const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(n)));
  const auto border = order.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(wanted, 1, n - 1));
  SplitNumbers split{{border, order.end()}, {order.begin(), border}};
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.dev.begin(), split.dev.end());
  return split;
}

std::vector<std::span<const std::size_t>> cut_batches(std::span<const std::size_t> order, std::size_t batch_size) {
  std::vector<std::span<const std::size_t>> batches;
  for (std::size_t start = 0; start < order.size(); start += batch_size)
    batches.push_back(order.subspan(start, std::min(batch_size, order.size() - start)));
  return batches;
}

std::vector<std::span<const std::size_t>> cut_batches_by_tokens(std::span<const std::size_t> order,
                                                                std::span<const std::int64_t> lengths,
                                                                std::int64_t most_tokens) {
  std::vector<std::span<const std::size_t>> batches;
  std::size_t start = 0;
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto length = lengths[order[i]];
    if (i > start && tokens + length > most_tokens) {
      batches.push_back(order.subspan(start, i - start));
      start = i;
      tokens = 0;
    }
    tokens += length;
  }
  if (start < order.size()) batches.push_back(order.subspan(start));
  return batches;
}

}  // namespace fthost
