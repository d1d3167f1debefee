#include "core/data/windows.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace fthost {
namespace {

constexpr std::int64_t kNotCut = std::numeric_limits<std::int64_t>::max();

/// Where windows begin and end; nobody speaks yet.
std::vector<Window> place_windows(std::span<const std::int32_t> sizes, std::int64_t room) {
  std::vector<Window> windows;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t tokens = 0;
  for (;;) {
    while (end < sizes.size() && tokens + sizes[end] <= room) tokens += sizes[end++];
    windows.push_back({begin, end, 0, 0});
    if (end == sizes.size()) return windows;
    // The next one must hold the word that did not fit, so that each window goes further than the one before.
    const auto overlap = std::min(room / 4, room - sizes[end]);
    while (tokens > overlap) tokens -= sizes[begin++];
  }
}

/// Gives each word to the window in which it has most context. Windows begin and end one after the other, so the better
/// window of two stays the better one for all words that follow: each window's words are consecutive.
void choose_speakers(std::span<const std::int32_t> sizes, std::vector<Window>& windows) {
  std::vector<std::int64_t> before(sizes.size() + 1, 0);
  std::partial_sum(sizes.begin(), sizes.end(), before.begin() + 1, std::plus<std::int64_t>());
  std::vector<std::int64_t> best(sizes.size(), -1);
  std::vector<std::size_t> chosen(sizes.size(), 0);
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const auto [begin, end, unused_begin, unused_end] = windows[w];
    for (auto word = begin; word < end; ++word) {
      const auto left = begin == 0 ? kNotCut : before[word] - before[begin];
      const auto right = end == sizes.size() ? kNotCut : before[end] - before[word + 1];
      if (std::min(left, right) <= best[word]) continue;
      best[word] = std::min(left, right);
      chosen[word] = w;
    }
  }
  for (std::size_t word = 0; word < sizes.size(); ++word) {
    auto& window = windows[chosen[word]];
    if (window.speak_end == 0) window.speak_begin = word;
    window.speak_end = word + 1;
  }
}

}  // namespace

std::vector<Window> cut_windows(std::span<const std::int32_t> sizes, std::int64_t room) {
  auto windows = place_windows(sizes, room);
  choose_speakers(sizes, windows);
  // Between very long words a window can be left with nothing that has not more context elsewhere.
  std::erase_if(windows, [](const Window& window) { return window.speak_end == 0; });
  return windows;
}

}  // namespace fthost
