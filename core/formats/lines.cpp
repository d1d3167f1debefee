#include "core/formats/lines.h"

#include <fthost/error.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/formats/text_file.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
constexpr std::size_t kLongestShownLine = 200;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(std::istream& in) : in_(in), block_(kBlock) {}

bool LineReader::refill() {
  in_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  rest_ = {block_.data(), static_cast<std::size_t>(in_.gcount())};
  return !rest_.empty();
}

void LineReader::keep(std::string_view part) {
  text_.append(part.substr(0, kLongestLine - std::min(kLongestLine, text_.size())));
  size_ += part.size();
}

bool LineReader::next(Line& line) {
  text_.clear();
  size_ = 0;
  if (rest_.empty() && !refill()) return false;
  auto end = rest_.find('\n');
  while (end == std::string_view::npos) {
    keep(rest_);
    if (!refill()) break;
    end = rest_.find('\n');
  }
  if (end != std::string_view::npos) {
    keep(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
  }
  line.text = text_;
  line.number = ++number_;
  line.size = size_;
  line.byte_order_mark = number_ == 1 && line.text.starts_with(kByteOrderMark);
  if (line.byte_order_mark) line.text.remove_prefix(kByteOrderMark.size());
  line.crlf = size_ <= kLongestLine && line.text.ends_with('\r');
  if (line.crlf) line.text.remove_suffix(1);
  return true;
}

Message about_line(const Line& line, std::string text) {
  Message message;
  message.place.line = line.number;
  message.text = std::move(text);
  if (line.text.size() <= kLongestShownLine) message.source_line = utf8::replace_invalid(line.text);
  return message;
}

Message about_byte(const Line& line, std::size_t offset, std::string text) {
  auto message = message_at(line.text, offset, "", std::move(text));
  message.place.line = line.number;
  return message;
}

std::optional<Message> fault_of(const Line& line) {
  if (line.size > kLongestLine)
    return about_line(line, "expected at most " + std::to_string(kLongestLine) + " bytes (1 MiB) in a line, found " +
                                std::to_string(line.size));
  const auto bad = utf8::first_bad_byte(line.text);
  if (bad == std::string_view::npos) return std::nullopt;
  char byte[8];
  std::snprintf(byte, sizeof byte, "0x%02X", static_cast<unsigned>(static_cast<unsigned char>(line.text[bad])));
  auto message = about_byte(line, bad, std::string("expected UTF-8, found the byte ") + byte);
  message.hint = "save the file as UTF-8";
  return message;
}

void require_whole(const Line& line, const std::string& file) {
  if (line.size <= kLongestLine) return;
  auto fault = *fault_of(line);
  fault.place.file = file;
  throw InputError(std::move(fault));
}

Message about_lone_cr(const Line& line, std::size_t offset) {
  return about_byte(line, offset, "expected lines that end in LF or CRLF, found a CR alone");
}

}  // namespace fthost
