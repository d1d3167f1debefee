#include "core/formats/toml_guard.h"

#include <cstdio>
#include <utility>

#include <fthost/error.h>

#include "core/formats/text_file.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

bool starts_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '"' || c == '\'';
}

/// Follows strings, comments and brackets as toml++ does, and stops where one of the rules is broken.
class Guard {
 public:
  Guard(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  void check() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        skip_comment();
      else if (c == '"' || c == '\'')
        skip_string(c);
      else
        skip_plain(c);
    }
  }

 private:
  [[noreturn]] void refuse(std::size_t at, std::string what) const {
    throw InputError(message_at(text_, at, file_, std::move(what)));
  }

  void require_printable(std::size_t at) const {
    if (!is_control(text_[at])) return;
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(static_cast<unsigned char>(text_[at])));
    refuse(at, std::string("expected text, found the control character ") + code);
  }

  void skip_comment() {
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) require_printable(at_);
  }

  void skip_plain(char c) {
    if (c == '\n') {
      end_line();
    } else if (c != ' ' && c != '\t') {
      require_printable(at_);
      if (static_cast<unsigned char>(c) > 0x7F)
        refuse(at_, "expected ASCII outside of quotes, found '" +
                        std::string(text_.substr(at_, utf8::decode(text_, at_).length)) + "'");
      if (c == '[' && previous_ == '\n' && depth_ == 0) open_header();
      count(c);
      previous_ = c;
    }
    ++at_;
  }

  void end_line() {
    if (in_header_) depth_ = 0;  // an unclosed header ends with its line, where toml++ reports it
    in_header_ = false;
    dots_ = 0;
    previous_ = '\n';
  }

  void open_header() {
    in_header_ = true;
    auto next = at_ + 1;
    if (next < text_.size() && text_[next] == '[') ++next;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
    if (next == text_.size() || !starts_key(text_[next])) refuse(next, "expected the name of a table after '['");
  }

  void count(char c) {
    if (c == '.') {
      if (++dots_ > kTomlMaxDots) refuse(at_, "expected at most 32 dots in a key");
      return;
    }
    if (c == '[' || c == '{') {
      if (++depth_ > kTomlMaxDepth) refuse(at_, "expected at most 32 brackets inside each other");
    } else if (c == ']' || c == '}') {
      if (depth_ > 0) --depth_;
    } else if (c != ',' && c != '=') {
      return;
    }
    dots_ = 0;
  }

  void skip_string(char quote) {
    if (std::string_view("\n=[{,.").find(previous_) == std::string_view::npos)
      refuse(at_, "expected a quote only at the start of a key or a value, found one in the middle");
    const std::string three(3, quote);
    if (text_.substr(at_, 3) == three)
      skip_multi_line(quote);
    else
      skip_single_line(quote);
    previous_ = quote;
    if (at_ < text_.size() && std::string_view(" \t\n=,]}.#").find(text_[at_]) == std::string_view::npos)
      refuse(at_, "expected the end of the key or value after its closing quote");
  }

  void skip_single_line(char quote) {
    const auto start = at_++;
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      require_printable(at_);
      if (text_[at_] == quote) {
        ++at_;
        return;
      }
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
    }
    refuse(start, "expected a closing quote in the same line");
  }

  void skip_multi_line(char quote) {
    const auto start = at_;
    for (at_ += 3; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        if (closes(quote)) return;
        continue;
      }
      if (text_[at_] != '\n') require_printable(at_);
      if (quote == '"' && text_[at_] == '\\') skip_escape();
    }
    refuse(start, std::string("expected closing quotes ") + quote + quote + quote + " before the end of the file");
  }

  /// Three to five quotes close: up to two of them belong to the text.
  bool closes(char quote) {
    std::size_t run = 0;
    while (run < 5 && at_ + run < text_.size() && text_[at_ + run] == quote) ++run;
    at_ += run >= 3 ? run : run - 1;
    return run >= 3;
  }

  void skip_escape() {
    auto next = at_ + 1;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
    if (next < text_.size() && text_[next] == '\n')
      refuse(at_, "a backslash at the end of a line is not supported; write the text in one line");
    if (at_ + 1 < text_.size()) ++at_;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t dots_ = 0;
  bool in_header_ = false;
  char previous_ = '\n';  ///< The last character that is not blank; '\n' at the start of a line.
};

}  // namespace

void guard_toml(std::string_view text, const std::string& file) {
  if (text.size() > kTomlMaxBytes) {
    throw InputError(file, "the file has " + std::to_string(text.size()) + " bytes; at most " +
                               std::to_string(kTomlMaxBytes) + " are read");
  }
  require_utf8(text, file);
  Guard(text, file).check();
}

std::string ascii_shape(std::string_view text) {
  std::string shape;
  shape.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      shape += c;
    else if (byte >= 0xC0)
      shape += 'x';
  }
  return shape;
}

}  // namespace fthost
