#pragma once

/// A sentence as a reader gives it, and an example as the model takes it. No tensors here.

#include <cstdint>
#include <string>
#include <vector>

namespace fthost {

/// Words with labels, and where they came from.
struct Sentence {
  std::vector<std::string> words;      ///< UTF-8, at least one word, none empty.
  std::vector<std::string> labels;     ///< One per word, as written in the file; empty when the file has none.
  std::string file;                    ///< For messages.
  std::vector<std::uint32_t> lines;    ///< Line of each word in `file`, from 1.
  std::vector<std::string> predicted;  ///< One per word, where a file of predictions is read as such; else empty.
};

/// Token of an example that speaks for a word: the word's prediction is read there.
struct WordToken {
  std::int32_t word = 0;   ///< Index into Sentence::words.
  std::int32_t token = 0;  ///< Index into Example::tokens.
};

/// Label id of a token that has no say in the loss.
inline constexpr std::int32_t kIgnoredLabel = -100;

/// A sentence, or a window of a long one, as ids.
struct Example {
  std::uint64_t id = 0;               ///< Same sentence and window: same id, whatever batch it is in. Keys dropout.
  std::int32_t sentence = 0;          ///< Index into the data set's sentences.
  std::vector<std::int32_t> tokens;   ///< Token ids, special ones included when the head wants them. Never empty.
  std::vector<std::int32_t> words;    ///< Per token: index of its word, -1 for special tokens.
  std::vector<std::int32_t> targets;  ///< Per token: label id or kIgnoredLabel.
  std::vector<WordToken> speakers;    ///< In the order of words; over all windows of a sentence every word once.
};

/// What became of a set's sentences when they were made into examples.
struct ExampleCounts {
  std::int64_t sentences = 0;
  std::int64_t words = 0;
  std::int64_t examples = 0;
  std::int64_t tokens = 0;          ///< Special ones included; those in an overlap count in each window.
  std::int64_t cut = 0;             ///< Sentences that did not fit: truncated, or spread over windows.
  std::int64_t windows = 0;         ///< Examples that such sentences became, when they became windows.
  std::int64_t lost_words = 0;      ///< Words without a speaker, past the cut of a truncated sentence.
  std::int64_t cut_words = 0;       ///< Words that alone were longer than an example.
  std::int64_t unknown_pieces = 0;  ///< Of all words, those past a cut included.
};

}  // namespace fthost
