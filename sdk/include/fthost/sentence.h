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

}  // namespace fthost
