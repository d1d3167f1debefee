#pragma once

/// The Unicode tables of Hugging Face's BERT tokenizer. They mix several Unicode versions on purpose: they are what the
/// Rust library `tokenizers` does, found by asking it about every code point (scripts/generate-unicode-tables). All
/// tables are sorted by code point.

#include <cstdint>
#include <span>

namespace fthost::unicode {

struct Range {
  char32_t first, last;
};

/// Characters of one canonical combining class (never 0).
struct CombiningRange {
  char32_t first, last;
  std::uint8_t combining_class;
};

/// first, first + step … last become what lies `distance` further.
struct LowerRange {
  char32_t first, last, step;
  std::int32_t distance;
};

/// The full canonical decomposition without non-spacing marks; unused places of `to` are 0.
struct Decomposition {
  char32_t from;
  char32_t to[3];
};

extern const std::span<const Range> kRemoved;      ///< Dropped by cleaning: control, format, private use, U+FFFD.
extern const std::span<const Range> kWhitespace;   ///< White_Space; also what the regular expression \s matches.
extern const std::span<const Range> kPunctuation;  ///< ASCII punctuation and the categories P*.
extern const std::span<const Range> kChinese;      ///< Gets a space on both sides.
extern const std::span<const Range> kMarks;        ///< Non-spacing marks, and what decomposes into nothing else.
extern const std::span<const Range> kWord;         ///< What the regular expression \w matches.
extern const std::span<const CombiningRange> kCombining;
extern const std::span<const LowerRange> kLower;  ///< All but U+0130, which alone becomes two characters: i, U+0307.
extern const std::span<const Decomposition> kDecompositions;  ///< All but Hangul syllables, which are arithmetic.

}  // namespace fthost::unicode
