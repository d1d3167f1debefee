#pragma once

/// How far `fthost predict` has come, for people who wait. No tensors here.

#include <fthost/events.h>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>

namespace fthost {

/// Says nothing in the first two seconds: most inputs are done by then. After that, a line that is redrawn in place on
/// a terminal, and elsewhere one every ten seconds.
class SentenceCounter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `out` (standard error) may be null: then it says nothing at all; it must outlive this.
  SentenceCounter(std::ostream* out, const ConsoleStyle& style, Time start) : out_(out), style_(style), start_(start) {}

  void advance(std::int64_t sentences, Time now);
  /// Takes the line on the terminal away, so that others may write there.
  void clear();

 private:
  std::ostream* out_;
  ConsoleStyle style_;
  Time start_;
  std::optional<Time> told_;
  bool shown_ = false;  ///< There is a line on the terminal.
};

}  // namespace fthost
