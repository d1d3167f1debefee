#include "progress_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace console {
namespace {

constexpr int kNarrowestBar = 5;
constexpr int kWidestBar = 30;
constexpr int kBarEnds = 3;  // the two ends, and the blank before
constexpr int kBarColor = 36;

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), format, values...));  // cut where it does not fit
  return text.data();
}

int columns(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// At most `width` columns.
std::string cut(std::string_view text, int width) {
  if (columns(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (int taken = 0; end < text.size(); ++end) {
    const bool starts_character = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (starts_character && ++taken == width) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string bar(std::int64_t done, std::int64_t total, int width) {
  const auto full =
      static_cast<int>(static_cast<double>(width) * static_cast<double>(done) / static_cast<double>(total));
  std::string text = "▕";
  for (int i = 0; i < width; ++i) text += i < full ? "█" : " ";
  return text + "▏";
}

/// `head`, the bar where there is room for it, and as many of `parts` as go into the line, at least the first.
std::string line_with_bar(const std::string& head, std::vector<std::string> parts, std::int64_t done,
                          std::int64_t total, int width, bool color) {
  const auto length = [&] {
    int sum = columns(head);
    for (const auto& part : parts) sum += (&part == &parts.front() ? 1 : 2) + columns(part);
    return sum;
  };
  const int least_bar = total > 0 ? kBarEnds + kNarrowestBar : 0;
  while (parts.size() > 1 && length() + least_bar > width) parts.pop_back();
  const int room = std::min(width - length() - kBarEnds, kWidestBar);
  std::string line = head;
  if (total > 0 && room >= kNarrowestBar)
    line += " " + painted(bar(std::min(done, total), total, room), kBarColor, color);
  for (const auto& part : parts) line += (&part == &parts.front() ? " " : "  ") + part;
  return length() > width ? cut(line, width) : line;
}

std::vector<std::string> training_parts(const Training& training) {
  std::vector<std::string> parts = {"step " + std::to_string(training.step) + "/" + std::to_string(training.steps),
                                    figure("loss", training.loss), duration(training.seconds_left) + " left"};
  if (training.last_f1 && training.best_f1)
    parts.push_back(figure("F1", *training.last_f1) + ", " + figure("best", *training.best_f1));
  parts.push_back(formatted("%.0f examples/s", training.examples_per_second));
  return parts;
}

std::vector<std::string> activity_parts(const fthost::ActivityAdvanced& activity, double per_second) {
  return {std::to_string(activity.done) + (activity.total > 0 ? "/" + std::to_string(activity.total) : "") + " " +
              std::string(activity.unit),
          magnitude(std::llround(per_second)) + "/s"};
}

/// "1 sentence", "2 sentences".
std::string counted(std::int64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string duration(double seconds) {
  if (!(seconds < 59.95)) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const auto minutes = whole / 60;
    if (minutes < 60) return formatted("%d min %02d s", static_cast<int>(minutes), static_cast<int>(whole % 60));
    return formatted("%lld h %02d min", static_cast<long long>(minutes / 60), static_cast<int>(minutes % 60));
  }
  return formatted("%.1f s", seconds);
}

std::string magnitude(std::int64_t count) {
  constexpr std::array<char, 3> units = {'k', 'M', 'G'};
  auto value = static_cast<double>(count);
  if (value < 1000) return std::to_string(count);
  std::size_t unit = 0;
  for (value /= 1000; value >= 999.95 && unit + 1 < units.size(); ++unit) value /= 1000;
  return formatted("%.1f %c", value, units[unit]);
}

std::string figure(std::string_view name, double value) {
  const char* format = std::abs(value) >= 0.001 || value == 0 ? "%.4f" : "%.2e";
  return std::string(name) + " " + (std::isnan(value) ? "nan" : formatted(format, value));
}

std::string painted(std::string_view text, int sgr, bool color) {
  if (!color) return std::string(text);
  return formatted("\x1b[%dm", sgr) + std::string(text) + "\x1b[0m";
}

std::string wrapped(const std::vector<std::string>& parts, int width) {
  std::string text;
  int used = 0;
  for (const auto& part : parts) {
    const bool first = text.empty();
    const bool fits = !first && used + 2 + columns(part) <= width;
    if (!first) text += fits ? "  " : "\n  ";
    const auto shown = fits ? part : cut(part, first ? width : width - 2);
    used = (fits ? used + 2 : first ? 0 : 2) + columns(shown);
    text += shown;
  }
  return text + "\n";
}

std::string epoch_of(int epoch, int epochs) {
  const auto all = std::to_string(epochs);
  auto one = std::to_string(epoch);
  one.insert(0, all.size() - std::min(all.size(), one.size()), ' ');
  return "epoch " + one + "/" + all;
}

std::string training_line(const Training& training, int width, bool color) {
  return line_with_bar(epoch_of(training.epoch, training.epochs), training_parts(training), training.step,
                       training.steps, width, color);
}

std::string activity_line(const fthost::ActivityAdvanced& activity, double per_second, int width, bool color) {
  return line_with_bar(std::string(activity.activity), activity_parts(activity, per_second), activity.done,
                       activity.total, width, color);
}

std::string training_text(const Training& training) {
  std::string text = epoch_of(training.epoch, training.epochs);
  for (const auto& part : training_parts(training)) text += "  " + part;
  return text;
}

std::string activity_text(const fthost::ActivityAdvanced& activity, double per_second) {
  std::string text(activity.activity);
  for (const auto& part : activity_parts(activity, per_second)) text += "  " + part;
  return text;
}

std::vector<std::string> data_parts(const std::string& set, const fthost::ExampleCounts& counts, std::int64_t labels) {
  std::vector<std::string> parts = {set, counted(counts.sentences, "sentence"), counted(counts.words, "word")};
  if (labels > 0) parts.push_back(counted(labels, "label"));
  if (counts.windows > 0)
    parts.push_back(counted(counts.cut, "long sentence") + " in " + counted(counts.windows, "window"));
  if (counts.lost_words > 0)
    parts.push_back(counted(counts.cut, "sentence") + " cut, " + counted(counts.lost_words, "word") + " lost");
  if (counts.cut_words > 0) parts.push_back(counted(counts.cut_words, "word") + " cut short");
  return parts;
}

}  // namespace console
