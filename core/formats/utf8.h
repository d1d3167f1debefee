#pragma once

/// UTF-8: checking, reading and writing code points, and repair. Strict: no surrogates, no overlong forms, nothing
/// above U+10FFFF. All functions are pure and safe on any bytes.

#include <cstddef>
#include <string>
#include <string_view>

namespace fthost::utf8 {

inline constexpr char32_t kReplacement = U'\uFFFD';

/// One code point, or a part of the text that isn't one.
struct Decoded {
  char32_t value;      ///< kReplacement when not valid.
  std::size_t length;  ///< Bytes, at least 1; of a part that isn't valid: what one kReplacement stands for.
  bool valid;
};

/// Reads the code point that starts at `at`, which must be below text.size(). What isn't valid is cut into parts as
/// Rust's from_utf8_lossy and the WHATWG encoding standard do: the longest start of a valid sequence, or one byte.
Decoded decode(std::string_view text, std::size_t at);

/// Appends the code point, which must be a scalar value (no surrogate, at most U+10FFFF).
void append(std::string& out, char32_t value);

/// Where the first sequence that isn't valid starts, in bytes; npos when all is valid.
std::size_t first_bad_byte(std::string_view text);

/// Number of code points; a part that isn't valid counts as the one kReplacement that would stand for it.
std::size_t count(std::string_view text);

/// The text with kReplacement for each part that isn't valid.
std::string replace_invalid(std::string_view text);

}  // namespace fthost::utf8
