#pragma once

/// The text side of the BERT tokenizer: what happens to a text before its pieces are looked up. The same result as
/// Hugging Face's BertNormalizer and BertPreTokenizer, for every code point and every sequence of them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fthost::bert_text {

/// The four switches of BertNormalizer, in the order in which they work.
struct Settings {
  bool clean_text = true;            ///< Drops control characters; all white space becomes ' '.
  bool handle_chinese_chars = true;  ///< A space on both sides of every ideograph.
  bool strip_accents = true;         ///< Canonical decomposition, then non-spacing marks are dropped.
  bool lowercase = true;             ///< Character by character, whatever stands around it.
};

/// A text after normalization, and where it came from. `sources` holds, for every byte, the place of the code point in
/// the original that it came from.
struct Normalized {
  std::string text;
  std::vector<std::int32_t> sources;

  void clear() {
    text.clear();
    sources.clear();
  }
};

/// Appends the normal form of `text`, whose first code point has the place `first_source`. Bytes that are not UTF-8
/// count as U+FFFD.
void normalize(std::string_view text, const Settings& settings, std::int32_t first_source, Normalized& out);

/// What the pre-tokenizer does at a character of normalized text.
enum class Split : std::uint8_t {
  none,         ///< Part of a word.
  whitespace,   ///< Ends a word and is dropped.
  punctuation,  ///< Ends a word and is one itself.
};
Split split_at(char32_t character);

/// What the regular expression \w matches: letters, marks, digits, connectors.
bool is_word_character(char32_t character);

}  // namespace fthost::bert_text
