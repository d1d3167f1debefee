#include "core/report/study_times.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "core/report/axis.h"
#include "core/report/comparison.h"

namespace fthost::report {
namespace {

/// The folders' names, or their paths when they bear the same name.
std::pair<std::string, std::string> names_of(const StudyTime& study, const StudyTime& longest) {
  const std::filesystem::path a = study.folder, b = longest.folder;
  if (a.filename() == b.filename()) return {study.folder, longest.folder};
  return {a.filename().string(), b.filename().string()};
}

std::string sentence(const StudyTime& study, const StudyTime& longest) {
  const auto [name, other] = names_of(study, longest);
  const auto count = study.runs.size();
  const auto filling =
      study.fill_seconds > 0 ? " (" + figure_text(study.fill_seconds) + " s of them to fill the cache)" : std::string();
  return "The " + (count == 1 ? std::string("run") : std::to_string(count) + " runs") + " in " + name + " took " +
         figure_text(study.seconds()) + " s" + filling + ": " + figure_text(study.seconds() / longest.seconds()) +
         " of the " + figure_text(longest.seconds()) + " s that the same settings took in " + other + ".";
}

}  // namespace

std::vector<StudyTime> study_times(const std::vector<RunFiles>& runs) {
  std::vector<StudyTime> studies;
  std::set<std::string> unfinished;
  for (const auto& run : runs) {
    const auto folder = folder_of_study(run.folder).string();
    auto found = std::ranges::find(studies, folder, &StudyTime::folder);
    if (found == studies.end()) found = studies.insert(studies.end(), {folder, {}, 0, run.study_fill_seconds});
    found->runs.push_back(setting_of(run).name);
    found->run_seconds += run.seconds;
    if (run.state != "finished") unfinished.insert(folder);
  }
  std::erase_if(studies, [&](const StudyTime& study) { return unfinished.contains(study.folder); });
  for (auto& study : studies) std::ranges::sort(study.runs);
  return studies;
}

std::vector<std::string> time_sentences(const std::vector<StudyTime>& studies) {
  std::vector<std::string> sentences;
  for (const auto& study : studies) {
    const auto* longest = &study;
    for (const auto& other : studies)
      if (other.runs == study.runs && other.seconds() > longest->seconds()) longest = &other;
    if (longest != &study) sentences.push_back(sentence(study, *longest));
  }
  return sentences;
}

}  // namespace fthost::report
