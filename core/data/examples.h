#pragma once

/// Sentences to examples: words become the model's tokens, and sentences that are too long become windows.

#include <fthost/sentence.h>
#include <fthost/tokenizer.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fthost {

/// What becomes of a sentence that has more tokens than an example may have.
enum class LongSentences {
  window,    ///< It becomes several examples that overlap; every word speaks in one of them.
  truncate,  ///< What is past the cut is left out, as Hugging Face's tokenizers do; its words have no speaker.
};

struct ExampleRules {
  int max_length = 128;  ///< Tokens of an example, special ones included.
  LongSentences long_sentences = LongSentences::window;
  bool special_tokens = true;  ///< [CLS] in front and [SEP] at the end.
};

struct Examples {
  std::vector<Example> list;  ///< In the order of the sentences, a sentence's windows one after the other.
  ExampleCounts counts;
};

/// Hears how many sentences are done, of how many.
using ExampleProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Makes the examples of a set; targets stay empty until the head aligns. A word that gives no piece (of characters
/// that the tokenizer drops) becomes one unknown token, so that every word can speak; its first token does.
///
/// Windows begin and end between words; a word that alone is longer than the room keeps its first pieces. Each window
/// is as long as fits. The next one begins a quarter of the room before the end of the one before (costing at most
/// about a third more tokens), or later where the next word would not fit otherwise. A word in an overlap speaks where
/// it has most context: the largest distance, in tokens, to the nearer edge at which the sentence was cut; the earlier
/// window on a tie. So a window's speakers are consecutive words.
///
/// Throws Error when max_length has no room for a word beside the special tokens. `progress` may be empty; it is called
/// after every sentence.
Examples make_examples(std::span<const Sentence> sentences, const Tokenizer& tokenizer, const ExampleRules& rules,
                       const ExampleProgress& progress = {});

/// Example::id: a hash of the sentence's index in its set and the window's in the sentence, both from 0. It does not
/// depend on what else is in the set, on the batch or on the epoch.
std::uint64_t example_id(std::int64_t sentence, std::int64_t window);

}  // namespace fthost
