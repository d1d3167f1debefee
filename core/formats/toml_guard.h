#pragma once

/// What stands between a text from outside and toml++ 3.3, which is not safe on hostile text: the two bytes "[`" abort
/// it, and some valid files reach undefined behaviour in it. Found by fuzzing; each rule here closes a way in.

#include <cstddef>
#include <string>
#include <string_view>

namespace fthost {

inline constexpr std::size_t kTomlMaxBytes = std::size_t{1} << 20;
inline constexpr std::size_t kTomlMaxDepth = 32;
inline constexpr std::size_t kTomlMaxDots = 32;

/// Throws InputError, pointing at the place, unless all of these hold:
/// 1. at most 1 MiB, strict UTF-8;
/// 2. ASCII only outside of strings and comments, and no control characters but tab and line feed;
/// 3. `[` and `[[` at the start of a line are followed by the start of a key;
/// 4. at most 32 dots in a key, 32 brackets inside each other;
/// 5. a quote opens only where a key or a value may start, and is closed before something that may follow;
/// 6. no backslash at the end of a line inside """text""".
/// `text` has no byte order mark and ends its lines with "\n".
void guard_toml(std::string_view text, const std::string& file);

/// The text with one `x` for each code point above ASCII: the same lines and columns, without what toml++ decodes. It
/// is parsed first, so that toml++ meets other code points only in a text whose shape it has accepted.
std::string ascii_shape(std::string_view text);

}  // namespace fthost
