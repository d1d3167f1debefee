#include "core/data/windows.h"

#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/catch.h"

using fthost::cut_windows;
using fthost::Window;
using Sizes = std::vector<std::int32_t>;

namespace {

/// Tokens from a word to the nearer edge of the window at which the sentence was cut; of a word outside: 0.
std::int64_t context_of(const Sizes& sizes, const Window& window, std::size_t word) {
  if (word < window.begin || word >= window.end) return 0;
  const auto between = [&](std::size_t begin, std::size_t end) {
    return std::accumulate(sizes.begin() + static_cast<std::ptrdiff_t>(begin),
                           sizes.begin() + static_cast<std::ptrdiff_t>(end), std::int64_t{0});
  };
  constexpr std::int64_t whole = 1'000'000;
  return std::min(window.begin == 0 ? whole : between(window.begin, word),
                  window.end == sizes.size() ? whole : between(word + 1, window.end));
}

}  // namespace

TEST_CASE("a sentence that fits is one window in which all words speak", "[unit][data]") {
  CHECK(cut_windows(Sizes{1, 2, 3}, 6) == std::vector<Window>{{0, 3, 0, 3}});
}

TEST_CASE("windows overlap by a quarter and words speak where they have most context", "[unit][data]") {
  // 0 … 7, 6 … 13, 12 … 15: in the overlap of two words the left one has more to its right.
  CHECK(cut_windows(Sizes(16, 1), 8) == std::vector<Window>{{0, 8, 0, 7}, {6, 14, 7, 13}, {12, 16, 13, 16}});
}

TEST_CASE("a window goes on past a word that leaves no room for an overlap", "[unit][data]") {
  CHECK(cut_windows(Sizes{1, 1, 8, 1, 1}, 8) == std::vector<Window>{{0, 2, 0, 2}, {2, 3, 2, 3}, {3, 5, 3, 5}});
}

TEST_CASE("windows keep what they promise", "[unit][data]") {
  CHECK(rc::check("windows", [] {
    const auto room = *rc::gen::inRange<std::int32_t>(1, 40);
    const auto sizes =
        *rc::gen::nonEmpty(rc::gen::scale(3, rc::gen::container<Sizes>(rc::gen::inRange<std::int32_t>(1, room + 1))));
    const auto windows = cut_windows(sizes, room);
    std::size_t spoken = 0;
    for (std::size_t w = 0; w < windows.size(); ++w) {
      const auto [begin, end, speak_begin, speak_end] = windows[w];
      RC_ASSERT(speak_begin == spoken);
      RC_ASSERT(speak_begin < speak_end);
      RC_ASSERT(begin <= speak_begin);
      RC_ASSERT(speak_end <= end);
      RC_ASSERT((w == 0 || (windows[w - 1].begin < begin && windows[w - 1].end < end)));
      const auto tokens = std::accumulate(sizes.begin() + static_cast<std::ptrdiff_t>(begin),
                                          sizes.begin() + static_cast<std::ptrdiff_t>(end), 0);
      RC_ASSERT(tokens <= room);
      spoken = speak_end;
    }
    RC_ASSERT(spoken == sizes.size());
    // No other window would give a word more context.
    for (std::size_t word = 0; word < sizes.size(); ++word) {
      std::int64_t most = 0, given = 0;
      for (const auto& window : windows) {
        most = std::max(most, context_of(sizes, window, word));
        if (window.speak_begin <= word && word < window.speak_end) given = context_of(sizes, window, word);
      }
      RC_ASSERT(given == most);
    }
  }));
}

TEST_CASE("windows of short words cost at most a third more tokens", "[unit][data]") {
  std::size_t tokens = 0;
  for (const auto& window : cut_windows(Sizes(100000, 1), 126)) tokens += window.end - window.begin;
  CHECK(static_cast<double>(tokens) < 100000 * 4.0 / 3);
}
