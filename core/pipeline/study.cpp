#include "core/pipeline/study.h"

#include <utility>

#include "core/pipeline/planned_pipelines.h"
#include "core/pipeline/study_table.h"

namespace fthost {
namespace {

/// By itself a point would choose for itself alone; what all share has to be where all find it.
std::vector<OptionChange> shared_cache(PlannedPipelines& pipelines, const PlannedRun& point) {
  if (pipelines.request().table("cache").find("mode") != nullptr || point.find("cache.mode") != nullptr) return {};
  return {text_change("cache.mode", "disk")};
}

}  // namespace

std::optional<Study> load_study(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                PluginRegistry& registry) {
  PlannedPipelines pipelines(file, overrides, registry);
  const auto& request = pipelines.request();
  auto& problems = pipelines.problems();
  if (!request.study) return std::nullopt;
  const auto table = read_study_table(*request.study, request.file(), problems);
  pipelines.refuse_overridden(table.points, study_points());
  if (table.jobs > 1 && !table.points.empty() && table.points.front().find("run.threads") != nullptr)
    problems.add(request.file().message(table.points.front().find("run.threads")->key_span,
                                        "with 'jobs' above 1 the threads are divided, and cannot be varied"));
  pipelines.throw_if_list_is_wrong();
  Study study{pipelines.name(), pipelines.folder(), table.jobs, {}};
  for (const auto& point : table.points)
    if (auto pipeline = pipelines.make(point, point.name, shared_cache(pipelines, point)))
      study.points.push_back({point.name, written_changes(point), std::move(*pipeline)});
  pipelines.throw_if_any(false);
  return study;
}

StudyPoint take_point(Study study, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& point : study.points) names.push_back(point.name);
  return std::move(study.points[find_named("the study has no point", "its points", names, name)]);
}

}  // namespace fthost
