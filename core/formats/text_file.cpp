#include "core/formats/text_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <fthost/error.h>

#include "core/formats/utf8.h"

namespace fthost {
namespace {

constexpr std::size_t kLongestShownLine = 200;
constexpr std::size_t kShownBefore = 60;

/// The last bytes of `text` that a person needs to find the place, starting at a whole code point.
std::string_view tail(std::string_view text) {
  std::size_t start = text.size() > kShownBefore ? text.size() - kShownBefore : 0;
  while (start < text.size() && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) ++start;
  return text.substr(start);
}

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t max_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw InputError(path, "no such file");
  if (!std::filesystem::is_regular_file(status)) throw InputError(path, "expected a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw InputError(path, "cannot read the file: " + error.message());
  if (size > max_bytes) {
    throw InputError(
        path, "the file has " + std::to_string(size) + " bytes; at most " + std::to_string(max_bytes) + " are read");
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw InputError(path, std::string("cannot open the file: ") + std::strerror(errno));
  std::string text(static_cast<std::size_t>(size), '\0');
  const auto read = std::fread(text.data(), 1, text.size(), file.get());
  if (read != text.size()) throw InputError(path, "cannot read the file to its end");
  return text;
}

Message message_at(std::string_view text, std::size_t offset, const std::string& file, std::string what) {
  offset = std::min(offset, text.size());
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  auto line = text.substr(line_start, text.find('\n', offset) - line_start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  Message message;
  message.place.file = file;
  message.place.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  message.place.column = utf8::count(before.substr(line_start)) + 1;
  message.text = std::move(what);
  if (line.size() <= kLongestShownLine) {
    message.source_line = utf8::replace_invalid(line);
  } else {
    message.notes.push_back("just after: " + utf8::replace_invalid(tail(before.substr(line_start))));
  }
  return message;
}

void require_utf8(std::string_view text, const std::string& file) {
  const auto bad = utf8::first_bad_byte(text);
  if (bad == std::string_view::npos) return;
  char byte[8];
  std::snprintf(byte, sizeof byte, "0x%02X", static_cast<unsigned>(static_cast<unsigned char>(text[bad])));
  throw InputError(message_at(text, bad, file, std::string("expected UTF-8, found the byte ") + byte));
}

}  // namespace fthost
