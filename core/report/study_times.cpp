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

std::string filling_text(const StudyTime& study) {
  if (study.fill_seconds > 0) return " (" + figure_text(study.fill_seconds) + " s of them to fill the cache)";
  return study.found_rows ? " (with rows that were in the cache before)" : "";
}

std::string sentence(const StudyTime& study, const StudyTime& longest) {
  const auto [name, other] = names_of(study, longest);
  const auto count = study.runs.size();
  const bool one = count == 1;
  return "The " + (one ? std::string("run") : std::to_string(count) + " runs") + " in " + name + " took " +
         figure_text(study.seconds()) + " s" + filling_text(study) + ": " +
         figure_text(study.seconds() / longest.seconds()) + " of the " + figure_text(longest.seconds()) + " s that " +
         (one ? "the one" : "those") + " in " + other +
         " took, in which the same learns on the same data and machine, for as many epochs.";
}

/// Has each points of its own, of a study of the same name?
bool are_shards(const StudyTime& a, const StudyTime& b) {
  const auto is_in_b = [&](const std::string& name) { return b.names.contains(name); };
  const auto name_of = [](const StudyTime& study) { return std::filesystem::path(study.folder).filename(); };
  return name_of(a) == name_of(b) && std::ranges::none_of(a.names, is_in_b);
}

/// Runs that differ in it took other seconds for another reason than the way in which they were run.
std::string what_takes_time(const RunFiles& run) {
  std::string text = setting_of(run).name + "\n" + run.machine;
  for (const auto& hash : run.data_hashes) text += hash + "\n";
  for (const auto* option : {"data.sentences", "data.split", "train.epochs"})
    if (const auto found = run.options.find(option); found != run.options.end())
      text += std::string(option) + " = " + found->second + "\n";
  return text;
}

}  // namespace

std::vector<StudyTime> study_times(const std::vector<RunFiles>& runs) {
  std::vector<StudyTime> studies;
  std::set<std::string> unfinished;
  for (const auto& run : runs) {
    const auto folder = folder_of_study(run.folder).string();
    auto found = std::ranges::find(studies, folder, &StudyTime::folder);
    if (found == studies.end())
      found = studies.insert(studies.end(), {folder, {}, {}, 0, run.study_fill_seconds, false});
    found->runs.push_back(what_takes_time(run));
    found->names.insert(run.name);
    found->run_seconds += run.seconds;
    found->found_rows = found->found_rows || (run.cache && run.cache->reused > 0);
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
      if (other.runs == study.runs && other.seconds() > longest->seconds() && !are_shards(study, other))
        longest = &other;
    if (longest != &study) sentences.push_back(sentence(study, *longest));
  }
  return sentences;
}

}  // namespace fthost::report
