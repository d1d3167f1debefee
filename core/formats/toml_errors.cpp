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
  std::replace(what.begin(), what.end(), '\n', ' ');
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
  return utf8::replace_invalid(what);  // toml++ cuts long texts anywhere
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

std::string_view without_blanks_before(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

/// Notes the nearest line above the message's that starts as its own does, up to `item`'s end: the first `key =` of the
/// same table, or the first [table].
void note_first(Message& message, std::string_view text, std::string_view item) {
  if (!without_blanks_before(message.source_line).starts_with(item)) return;
  std::size_t line = 0, first = 0;
  for (std::size_t start = 0; ++line < message.place.line; start = text.find('\n', start) + 1) {
    const auto candidate = without_blanks_before(text.substr(start, text.find('\n', start) - start));
    if (candidate.starts_with('[') && !item.starts_with('[')) first = 0;
    const auto rest = without_blanks_before(candidate.substr(std::min(item.size(), candidate.size())));
    if (candidate.starts_with(item) && (item.starts_with('[') || rest.starts_with('='))) first = line;
  }
  if (first > 0) message.notes.push_back("the first stands in line " + std::to_string(first));
}

/// toml++ points at the value of a key that stands twice; people look for the key.
void point_at_key(Message& message, std::string_view text) {
  const std::string_view line = message.source_line;
  std::size_t end = 0;
  for (std::size_t i = 1; i < message.place.column && end < line.size(); ++i) end += utf8::decode(line, end).length;
  const auto key = key_before(line, end);
  if (key.empty()) return;
  message.place.column = utf8::count(line.substr(0, static_cast<std::size_t>(key.data() - line.data()))) + 1;
  message.caret_length = utf8::count(key);
  message.text = "the key " + (is_bare(key.front()) ? "'" + std::string(key) + "'" : std::string(key)) +
                 " stands twice in its table";
  note_first(message, text, key);
}

/// The whole header, not its first bracket.
void point_at_header(Message& message, std::string_view text) {
  message.text = "this table stands twice";
  const auto line = without_blanks_before(message.source_line);
  const auto header = line.substr(0, line.find(']') + 1);
  if (!header.starts_with('[')) return;
  message.caret_length = utf8::count(header);
  note_first(message, text, header);
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
    point_at_key(message, text);
  } else if (description.starts_with("Error while parsing table header: cannot redefine existing table")) {
    point_at_header(message, text);
  } else if (description.find("could not determine value type") != std::string_view::npos) {
    const auto word = word_at(message);
    message.caret_length = std::max<std::size_t>(word.size(), 1);
    if (!word.empty()) message.hint = "did you mean \"" + word + "\"?";
  }
  return message;
}

}  // namespace fthost
