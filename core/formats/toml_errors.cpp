#include "core/formats/toml_errors.h"

#include <algorithm>
#include <utility>

#include "core/formats/toml.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

/// "Error while parsing SCOPE: WHAT" -> SCOPE, WHAT.
std::pair<std::string, std::string> split(std::string_view description) {
  constexpr std::string_view kStart = "Error while parsing ";
  if (!description.starts_with(kStart)) return {"", std::string(description)};
  description.remove_prefix(kStart.size());
  const auto colon = description.find(": ");
  if (colon == std::string_view::npos) return {"", std::string(description)};
  return {std::string(description.substr(0, colon)), std::string(description.substr(colon + 2))};
}

std::string in_our_words(std::string_view description) {
  auto [scope, what] = split(description);
  if (what == "encountered end-of-file") return "the file ends before the " + scope + " does";
  if (what == "could not determine value type")
    return "expected a value: text in quotes, a number, true, false or a list";
  if (what.starts_with("expected keys, tables, whitespace or comments"))
    replace(what, "keys, tables, whitespace or comments", "a key or a [table]");
  replace(what, "expected a comment or whitespace", "expected the end of the line");
  replace(what, "bare key starting character or string delimiter", "the name of a key");
  replace(what, "expected value-terminator", "expected the end of the value");
  replace(what, "expected value,", "expected a value,");
  replace(what, "prohibited", "not allowed");
  replace(what, ", saw '\\n'", ", found the end of the line");
  replace(what, ", saw ''", ", found the end of the file");
  replace(what, ", saw ", ", found ");
  return what;
}

/// Where the key starts whose `=` is the last one before `end`, and its last part: `a."b c" = ` -> the place of "b c".
std::string_view key_before(std::string_view line, std::size_t end) {
  auto stop = line.substr(0, end).rfind('=');
  if (stop == std::string_view::npos) return {};
  while (stop > 0 && (line[stop - 1] == ' ' || line[stop - 1] == '\t')) --stop;
  if (stop == 0) return {};
  auto start = stop - 1;
  const char last = line[start];
  if (last == '"' || last == '\'')
    while (start > 0 && (line[start - 1] != last || (last == '"' && start > 1 && line[start - 2] == '\\'))) --start;
  else
    while (start > 0 && is_bare(line[start - 1])) --start;
  if ((last == '"' || last == '\'') && start > 0) --start;
  return line.substr(start, stop - start);
}

/// toml++ points at the value of a key that stands twice; people look for the key.
void point_at_key(Message& message) {
  const std::string_view line = message.source_line;
  std::size_t end = 0;
  for (std::size_t i = 1; i < message.place.column && end < line.size(); ++i) end += utf8::decode(line, end).length;
  const auto key = key_before(line, end);
  if (key.empty()) return;
  message.place.column = utf8::count(line.substr(0, static_cast<std::size_t>(key.data() - line.data()))) + 1;
  message.caret_length = utf8::count(key);
  message.text = "the key " + (is_bare(key.front()) ? "'" + std::string(key) + "'" : std::string(key)) +
                 " stands twice in its table";
}

/// Of a header that stands twice, or whose name is that of a key: the whole header.
void point_at_header(Message& message) {
  const auto end = message.source_line.find(']');
  if (message.source_line[message.place.column - 1] != '[' || end == std::string::npos) return;
  const auto header = std::string_view(message.source_line).substr(message.place.column - 1);
  message.caret_length = utf8::count(header.substr(0, header.rfind(']') + 1));
}

/// The unquoted word at the place, when it looks as if it were meant as text.
std::string word_at(const Message& message) {
  const std::string_view line = message.source_line;
  std::size_t at = 0;
  for (std::size_t i = 1; i < message.place.column && at < line.size(); ++i) at += utf8::decode(line, at).length;
  auto end = at;
  while (end < line.size() && (is_bare(line[end]) || line[end] == '/' || line[end] == '.')) ++end;
  const auto word = line.substr(at, end - at);
  const bool text = std::any_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return text ? std::string(word) : "";
}

}  // namespace

Message toml_error(std::string_view text, const std::string& file, std::string_view description, std::size_t line,
                   std::size_t column) {
  auto message = message_at_column(text, line, column, file, in_our_words(description));
  const bool stands_twice = description.starts_with("Error while parsing key-value pair: cannot redefine") &&
                            description.find(" as dotted ") == std::string_view::npos;
  if (message.source_line.empty()) return message;
  if (stands_twice) {
    point_at_key(message);
  } else if (description.starts_with("Error while parsing table header: cannot redefine existing table")) {
    message.text = "this table stands twice";
    point_at_header(message);
  } else if (description.find("could not determine value type") != std::string_view::npos) {
    const auto word = word_at(message);
    message.caret_length = std::max<std::size_t>(word.size(), 1);
    if (!word.empty()) message.hint = "did you mean \"" + word + "\"?";
  }
  return message;
}

}  // namespace fthost
