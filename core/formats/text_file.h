#pragma once

/// Reading small text files whole, and pointing at a place in them.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <fthost/message.h>

namespace fthost {

/// The whole file. `max_bytes` is checked before memory is asked for. Throws InputError when the file is missing, isn't
/// a regular file, is larger, or can't be read. The bytes are not looked at.
std::string read_text(const std::filesystem::path& path, std::size_t max_bytes);

/// A message about the byte at `offset` of `text`, with line and column (in code points), and the line itself. Of a
/// line longer than a screen (tokenizer.json often is a single one) the part before the place stands in a note instead.
Message message_at(std::string_view text, std::size_t offset, const std::string& file, std::string what);

/// Throws InputError pointing at the first byte that is not UTF-8, if there is one.
void require_utf8(std::string_view text, const std::string& file);

}  // namespace fthost
