#pragma once

/// What `fthost predict` reads as text, and what it writes. No tensors here.

#include <fthost/columns.h>
#include <fthost/sentence.h>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// A part of a text, in code points from 0, the end excluded.
struct TextSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  bool operator==(const TextSpan&) const = default;
};

/// A sentence with where its words stand, and what was predicted for them.
struct Prediction {
  std::string text;             ///< The line as it was read, or the words with a blank between them.
  Sentence sentence;            ///< The labels are those predicted.
  std::vector<TextSpan> words;  ///< In `text`, one for each word.
  std::vector<double> scores;   ///< Probability of each word's label.
};

/// A sentence a line; words are what blanks (spaces, tabs) keep apart. Lines of blanks are skipped, as is a byte order
/// mark; a line may end in LF or CRLF. Throws InputError when one has more than 1 MiB, Error when the stream fails.
void read_text(std::istream& in, const std::string& name, const std::function<void(Prediction&&)>& take);

/// The same from columns: the first is the word. Throws as read_columns.
void read_words(std::istream& in, const std::string& name, const std::function<void(Prediction&&)>& take);

/// A line a word, word TAB label, and a blank line.
void write_columns(std::ostream& out, const Prediction& prediction);

/// One line, an object: text; words, labels, scores and offsets ([begin, end] in the text), one for each word; and
/// entities, each with type, start, end, text and score, the mean of its words'. Entities are found by the rules of
/// find_entities. Bytes that are not UTF-8 become U+FFFD.
void write_json(std::ostream& out, const Prediction& prediction);

}  // namespace fthost
