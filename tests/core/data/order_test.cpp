#include "core/data/order.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/catch.h"

using fthost::data_order;
using Numbers = std::vector<std::size_t>;

namespace {

Numbers first_numbers(std::size_t n) {
  Numbers numbers(n);
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

TEST_CASE("the data's order is the same on every platform", "[unit][data]") {
  // From a restatement in Python with integers of any size.
  CHECK(data_order(2018, 1, 12) == Numbers{1, 3, 9, 11, 10, 7, 2, 6, 4, 8, 5, 0});
  CHECK(data_order(2018, 2, 12) == Numbers{9, 3, 5, 11, 8, 7, 1, 2, 0, 6, 10, 4});
  CHECK(data_order(2019, 1, 12) == Numbers{2, 1, 0, 9, 11, 7, 3, 6, 5, 4, 10, 8});
  CHECK(data_order(2018, 1, 0).empty());
  CHECK(data_order(2018, 1, 1) == Numbers{0});
}

TEST_CASE("the data's order holds every number once", "[unit][data]") {
  CHECK(rc::check("permutation", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto epoch = *rc::gen::inRange<std::int64_t>(1, 1000);
    const auto n = *rc::gen::inRange<std::size_t>(0, 300);
    RC_ASSERT(sorted(data_order(seed, epoch, n)) == first_numbers(n));
    RC_ASSERT(data_order(seed, epoch, n) == data_order(seed, epoch, n));
  }));
}

TEST_CASE("epochs and seeds have orders of their own", "[unit][data]") {
  const auto order = data_order(2018, 1, 1000);
  for (std::int64_t epoch = 2; epoch < 50; ++epoch) CHECK(data_order(2018, epoch, 1000) != order);
  for (std::uint64_t seed = 0; seed < 50; ++seed) CHECK(data_order(seed, 1, 1000) != order);
}

TEST_CASE("every number comes equally often at every place", "[unit][data]") {
  constexpr std::size_t n = 20;
  constexpr int epochs = 20000;
  std::vector<std::vector<int>> counts(n, std::vector<int>(n, 0));
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const auto order = data_order(5, epoch, n);
    for (std::size_t place = 0; place < n; ++place) ++counts[place][order[place]];
  }
  const double expected = static_cast<double>(epochs) / n;
  double chi_square = 0;
  for (const auto& row : counts)
    for (const auto count : row) chi_square += (count - expected) * (count - expected) / expected;
  // (n-1)^2 = 361 degrees of freedom: mean 361, standard deviation 26.9; 5 deviations either way.
  CHECK(chi_square > 361 - 135);
  CHECK(chi_square < 361 + 135);
}

TEST_CASE("a split keeps its share, and a larger one holds a smaller one", "[unit][data]") {
  CHECK(rc::check("split", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto n = *rc::gen::inRange<std::size_t>(2, 300);
    const auto share = static_cast<double>(*rc::gen::inRange(0, 501)) / 1000;
    const auto split = fthost::split_numbers(seed, share, n);
    const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(n)));
    RC_ASSERT(split.dev.size() == std::clamp<std::size_t>(wanted, 1, n - 1));
    RC_ASSERT(split.dev == sorted(split.dev));
    RC_ASSERT(split.train == sorted(split.train));
    Numbers all = split.train;
    all.insert(all.end(), split.dev.begin(), split.dev.end());
    RC_ASSERT(sorted(all) == first_numbers(n));
    const auto larger = fthost::split_numbers(seed, 2 * share, n).dev;
    RC_ASSERT(std::includes(larger.begin(), larger.end(), split.dev.begin(), split.dev.end()));
  }));
}

TEST_CASE("a split is the same on every platform and leaves both parts something", "[unit][data]") {
  CHECK(fthost::split_numbers(2018, 0.25, 12).dev == Numbers{0, 4, 6});
  CHECK(fthost::split_numbers(1, 0.0, 2).dev.size() == 1);
  CHECK(fthost::split_numbers(1, 1.0, 2).dev.size() == 1);
}

TEST_CASE("batches of tokens are as large as they may be", "[unit][data]") {
  CHECK(rc::check("batches by tokens", [] {
    const auto lengths = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 30));
    const auto most = *rc::gen::inRange<std::int64_t>(1, 90);
    const auto order = data_order(1, 1, lengths.size());
    const auto tokens_in = [&](const auto& batch) {
      std::int64_t tokens = 0;
      for (const auto index : batch) tokens += lengths[index];
      return tokens;
    };
    const auto batches = fthost::cut_batches_by_tokens(order, lengths, most);
    Numbers joined;
    for (std::size_t b = 0; b < batches.size(); ++b) {
      RC_ASSERT(!batches[b].empty());
      RC_ASSERT((batches[b].size() == 1 || tokens_in(batches[b]) <= most));
      // The next one's first example would have been too much.
      if (b + 1 < batches.size()) RC_ASSERT(tokens_in(batches[b]) + lengths[batches[b + 1].front()] > most);
      joined.insert(joined.end(), batches[b].begin(), batches[b].end());
    }
    RC_ASSERT(joined == order);
  }));
}

TEST_CASE("batches follow the order and none is empty", "[unit][data]") {
  CHECK(rc::check("batches", [] {
    const auto order = data_order(1, 1, *rc::gen::inRange<std::size_t>(0, 100));
    const auto size = *rc::gen::inRange<std::size_t>(1, 120);
    const auto batches = fthost::cut_batches(order, size);
    Numbers joined;
    for (std::size_t b = 0; b < batches.size(); ++b) {
      RC_ASSERT(!batches[b].empty());
      RC_ASSERT((batches[b].size() == size || (b + 1 == batches.size() && batches[b].size() < size)));
      joined.insert(joined.end(), batches[b].begin(), batches[b].end());
    }
    RC_ASSERT(joined == order);
  }));
}
