#include <algorithm>
#include <utility>

#include "core/formats/text_file.h"
#include "core/formats/toml.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

/// Where the line and column are, in bytes.
std::size_t offset_of(std::string_view text, std::size_t line, std::size_t column) {
  std::size_t at = 0;
  for (; line > 1; --line) {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  for (; column > 1 && at < text.size() && text[at] != '\n'; --column) at += utf8::decode(text, at).length;
  return at;
}

}  // namespace

const TomlEntry* TomlTable::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const TomlEntry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

TomlDocument::TomlDocument(std::string file, std::string text, TomlTable root)
    : file_(std::move(file)), text_(std::move(text)), root_(std::move(root)) {}

Message TomlDocument::message(const TomlSpan& span, std::string what) const {
  auto message = message_at_column(text_, span.line, span.column, file_, std::move(what));
  message.caret_length = std::max<std::size_t>(span.length, 1);
  return message;
}

Message message_at_column(std::string_view text, std::size_t line, std::size_t column, const std::string& file,
                          std::string what) {
  return message_at(text, offset_of(text, line, column), file, std::move(what));
}

}  // namespace fthost
