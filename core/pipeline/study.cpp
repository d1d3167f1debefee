#include "core/pipeline/study.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <fthost/error.h>

#include "core/pipeline/check_value.h"
#include "core/pipeline/load.h"
#include "core/pipeline/overrides.h"
#include "core/pipeline/study_table.h"

namespace fthost {
namespace {

/// What is wrong with a study, each message once, however many points have it.
class StudyProblems {
 public:
  void add(const std::vector<Message>& messages) {
    for (const auto& message : messages)
      if (seen_.emplace(message.place.file, message.place.line, message.place.column, message.text).second)
        problems_.add(message);
  }
  void throw_if_any() const { problems_.throw_if_any(); }

 private:
  Problems problems_;
  std::set<std::tuple<std::string, std::size_t, std::size_t, std::string>> seen_;
};

StudyChange text_change(const std::string& key, const std::string& text) {
  return {key, {}, {text, {}}};
}

class StudyLoader {
 public:
  StudyLoader(const std::filesystem::path& file, const std::vector<Override>& overrides, PluginRegistry& registry)
      : file_(file), overrides_(overrides), registry_(registry) {}

  std::optional<Study> load() {
    Problems problems;
    const auto request = read_request(file_, overrides_, problems);
    if (!request->study) return std::nullopt;
    auto table = read_study_table(*request->study, request->file(), problems);
    refuse_overridden(table.points, problems);
    if (table.jobs > 1 && !table.points.empty() && table.points.front().find("run.threads") != nullptr)
      problems.add(request->file().message(table.points.front().find("run.threads")->key_span,
                                           "with 'jobs' above 1 the threads are divided, and cannot be varied"));
    problems.throw_if_any();
    Study study{name_in(*request), {}, table.jobs, {}};
    study.folder = output_in(*request) / study.name;
    for (const auto& point : table.points) add_point(study, point);
    found_.throw_if_any();
    return study;
  }

 private:
  /// --set and a study cannot both say what an option is.
  void refuse_overridden(const std::vector<PlannedPoint>& points, Problems& problems) const {
    for (const auto& each : overrides_)
      if (std::any_of(points.begin(), points.end(), [&](const auto& point) { return point.find(each.key) != nullptr; }))
        problems.add({.place = {std::string(kCommandLine), 0, 0},
                      .text = "'" + each.key + "' is varied by the study, and cannot be set besides"});
  }

  std::string text_in(const Request& request, std::string_view option) const {
    for (const auto& table : request.tables)
      if (const auto* given = table.name == "run" ? table.find(option) : nullptr)
        return given_text(*given).value_or("");
    return "";
  }

  std::string name_in(const Request& request) const {
    const auto given = text_in(request, "name");
    return given.empty() ? (file_.extension() == ".toml" ? file_.stem() : file_.filename()).string() : given;
  }

  std::filesystem::path output_in(const Request& request) const {
    for (const auto& table : request.tables)
      if (const auto* given = table.name == "run" ? table.find("output") : nullptr)
        return absolute_path(given->source->folder, given_text(*given).value_or("runs"));
    return absolute_path(request.file().folder, "runs");
  }

  void add_point(Study& study, const PlannedPoint& planned) {
    Problems problems;
    try {
      const auto request = read_request(file_, overrides_, problems);
      auto changes = planned.changes;
      changes.push_back(text_change("run.name", planned.name));
      changes.push_back(text_change("run.output", study.folder.string()));
      // By itself a point would choose for itself alone; what all share has to be where all find it.
      if (request->table("cache").find("mode") == nullptr && planned.find("cache.mode") == nullptr)
        changes.push_back(text_change("cache.mode", "disk"));
      lay_point(*request, changes);
      StudyPoint point{planned.name, {}, check_request(file_, *request, registry_, problems)};
      for (const auto& change : planned.changes) point.varied.emplace_back(change.key, written_value(change.value));
      study.points.push_back(std::move(point));
    } catch (const InputError& error) {
      found_.add(error.messages());
    }
  }

  const std::filesystem::path& file_;
  const std::vector<Override>& overrides_;
  PluginRegistry& registry_;
  StudyProblems found_;
};

}  // namespace

std::optional<Study> load_study(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                PluginRegistry& registry) {
  return StudyLoader(file, overrides, registry).load();
}

StudyPoint take_point(Study study, const std::string& name) {
  std::vector<std::string> names;
  for (auto& point : study.points) {
    if (point.name == name) return std::move(point);
    names.push_back(point.name);
  }
  Message message{.place = {"fthost", 0, 0}, .text = "the study has no point '" + name + "'"};
  const auto near = nearest_name(name, names);
  if (!near.empty()) message.text += "; did you mean '" + std::string(near) + "'?";
  message.notes.push_back("its points: " + comma_separated(names));
  throw InputError(std::move(message));
}

}  // namespace fthost
