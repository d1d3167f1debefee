#include "core/report/trends.h"

#include <fthost/message.h>

#include <cmath>

#include "core/report/axis.h"

namespace fthost::report {
namespace {

std::string step_text(const std::pair<std::string, double>& step) {
  return figure_text(step.second) + " (" + step.first + ")";
}

std::string all_text(const Course& course) {
  std::vector<std::string> texts;
  texts.reserve(course.size());
  for (const auto& step : course) texts.push_back(step_text(step));
  return comma_separated(texts);
}

/// The steps that go another way than expected.
std::string exceptions(const Course& course, Direction expected) {
  std::string text;
  for (std::size_t i = 1; i < course.size(); ++i) {
    const double before = course[i - 1].second, after = course[i].second;
    if (expected == Direction::rises ? after > before : after < before) continue;
    text += (text.empty() ? "" : ", and ") + ("from " + step_text(course[i - 1])) + " to " + step_text(course[i]);
  }
  return text;
}

void add(std::vector<std::string>& sentences, const std::string& figure, const Course& course, Direction expected) {
  if (course.size() > 1) sentences.push_back(course_text(figure, course, expected));
}

/// Runs in which the same learns, by another strategy, come out equal: they are one step then.
void take(Course& course, const std::string& setting, double value) {
  if (course.empty() || course.back() != std::pair(setting, value)) course.emplace_back(setting, value);
}

}  // namespace

std::string course_text(const std::string& figure, const Course& course, Direction expected) {
  const std::string with = " with the number of learning layers";
  const bool rises = expected == Direction::rises;
  const auto other = exceptions(course, expected);
  if (other.empty()) return figure + (rises ? " rises" : " falls") + with + ": " + all_text(course) + ".";
  return figure + " does not " + (rises ? "rise" : "fall") + with + " everywhere: it goes " + other +
         ". In all: " + all_text(course) + ".";
}

std::vector<std::string> trends(const std::vector<Group>& groups) {
  std::vector<std::string> sentences;
  for (const auto& variant : variants_of(groups)) {
    Course f1, drift;
    for (const auto& group : groups) {
      if (group.variant != variant) continue;
      if (const auto end = group.at_end("dev_f1")) take(f1, group.setting.name, end->mean);
      const auto table = drift_table({group}, nullptr);
      if (!table.empty() && table.front().head_base) take(drift, group.setting.name, *table.front().head_base);
    }
    const auto of = variant.empty() ? "" : " (" + variant + ")";
    add(sentences, "F1 on dev" + of, f1, Direction::rises);
    add(sentences, "The drift of the head's weight since the start" + of, drift, Direction::falls);
  }
  return sentences;
}

}  // namespace fthost::report
