#include <fthost/message.h>
#include <fthost/printable.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/formats/utf8.h"

namespace fthost {
namespace {

constexpr std::size_t kGutter = 5;  // columns of the line number

/// One line or several, each behind two blanks.
std::string indented(std::string_view text) {
  std::string result;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    result.append("  ").append(text.substr(start, end - start)).append("\n");
    start = end + 1;
  }
  return result;
}

std::string heading(const Message& message) {
  std::string result = message.place.file;
  if (message.place.line > 0) {
    result += ":" + std::to_string(message.place.line);
    if (message.place.column > 0) result += ":" + std::to_string(message.place.column);
  }
  if (!result.empty()) result += ": ";
  result += message.severity == Message::Severity::error ? "error: " : "warning: ";
  return printable(result + message.text) + "\n";
}

std::string gutter(const std::string& number) {
  return std::string(kGutter - std::min(kGutter, number.size()), ' ') + number + " | ";
}

/// Blanks as wide as the part of the line before the place: a tab stays a tab.
std::string padding(std::string_view line, std::size_t column) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t i = 1; i < column; ++i) {
    result += at < line.size() && line[at] == '\t' ? '\t' : ' ';
    if (at < line.size()) at += utf8::decode(line, at).length;
  }
  return result;
}

std::string source(const Message& message) {
  const auto line = printable(message.source_line);
  const auto number = message.place.line > 0 ? std::to_string(message.place.line) : "";
  std::string result = gutter(number) + line + "\n";
  if (message.place.column == 0) return message.hint.empty() ? result : result + indented(printable(message.hint));
  // The caret reaches at most one column behind the line, where something is missing.
  const auto length = utf8::count(line) + 1;
  const auto column = std::min(message.place.column, length);
  const auto room = std::max<std::size_t>(length - column, 1);
  result += gutter(std::string(number.size(), ' ')) + padding(line, column) +
            std::string(std::clamp<std::size_t>(message.caret_length, 1, room), '^');
  if (!message.hint.empty()) result += " " + printable(message.hint);
  return result + "\n";
}

/// How many letters to insert, leave out, change, or swap with their neighbour to get from `a` to `b`: the algorithm
/// of Lowrance and Wagner (1975), bytes for letters.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto far = a.size() + b.size();
  std::vector<std::vector<std::size_t>> d(a.size() + 2, std::vector<std::size_t>(b.size() + 2, far));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i + 1][1] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[1][j + 1] = j;
  std::array<std::size_t, 256> last_row{};  // where a letter of b stood last in a
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_match = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto row = last_row[static_cast<unsigned char>(b[j - 1])];
      const auto column = last_match;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_match = j;
      d[i + 1][j + 1] = std::min({d[i][j] + (same ? 0U : 1U), d[i + 1][j] + 1, d[i][j + 1] + 1,
                                  d[row][column] + (i - row - 1) + 1 + (j - column - 1)});
    }
    last_row[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return d[a.size() + 1][b.size() + 1];
}

}  // namespace

std::string render(const Message& message) {
  std::string result = heading(message);
  if (!message.source_line.empty())
    result += source(message);
  else if (!message.hint.empty())
    result += indented(printable(message.hint));
  for (const auto& note : message.notes) result += indented(printable(note));
  return result;
}

std::string render(const std::vector<Message>& messages) {
  std::string result;
  for (const auto& message : messages) result += render(message);
  return result;
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto decoded = utf8::decode(text, at);
    const bool control = (decoded.value < 0x20 && decoded.value != U'\t' && decoded.value != U'\n') ||
                         (decoded.value >= 0x7F && decoded.value < 0xA0);
    utf8::append(result, control ? utf8::kReplacement : decoded.value);
    at += decoded.length;
  }
  return result;
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kFarthest = 3;
  std::string_view nearest;
  auto best = kFarthest + 1;
  for (const auto& candidate : candidates) {
    const auto longer = std::max(name.size(), candidate.size());
    const auto shorter = std::min(name.size(), candidate.size());
    if (longer - shorter > kFarthest) continue;  // and no table is made for a name of a megabyte
    const auto d = distance(name, candidate);
    if (d < best && 3 * d <= longer) {
      best = d;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string comma_separated(const std::vector<std::string>& items) {
  std::string text;
  const char* before = "";
  for (const auto& item : items) text.append(std::exchange(before, ", ")).append(item);
  return text;
}

}  // namespace fthost
