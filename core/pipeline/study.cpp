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

/// What the table [study] says, checked as a whole. None: the file has no such table.
std::optional<StudyTable> checked_table(PlannedPipelines& pipelines) {
  const auto& request = pipelines.request();
  auto& problems = pipelines.problems();
  if (!request.study) return std::nullopt;
  auto table = read_study_table(*request.study, request.file(), problems);
  pipelines.refuse_overridden(table.points, study_points());
  if (table.jobs > 1 && !table.points.empty() && table.points.front().find("run.threads") != nullptr)
    problems.add(request.file().message(table.points.front().find("run.threads")->key_span,
                                        "with 'jobs' above 1 the threads are divided, and cannot be varied"));
  pipelines.throw_if_list_is_wrong();
  return table;
}

/// None when its pipeline is wrong.
std::optional<StudyPoint> make_point(PlannedPipelines& pipelines, const PlannedRun& point) {
  auto pipeline = pipelines.make(point, point.name, shared_cache(pipelines, point));
  if (!pipeline) return std::nullopt;
  return StudyPoint{point.name, written_changes(point), std::move(*pipeline)};
}

}  // namespace

std::optional<Study> load_study(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                PluginRegistry& registry) {
  PlannedPipelines pipelines(file, overrides, registry);
  const auto table = checked_table(pipelines);
  if (!table) return std::nullopt;
  Study study{pipelines.name(), pipelines.folder(), table->jobs, {}};
  for (const auto& planned : table->points)
    if (auto point = make_point(pipelines, planned)) study.points.push_back(std::move(*point));
  pipelines.throw_if_any(false);
  return study;
}

std::optional<StudyPoint> load_study_point(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                           PluginRegistry& registry, const std::string& name) {
  PlannedPipelines pipelines(file, overrides, registry);
  const auto table = checked_table(pipelines);
  if (!table) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& planned : table->points) names.push_back(planned.name);
  auto point = make_point(pipelines, table->points[find_named("the study has no point", "its points", names, name)]);
  pipelines.throw_if_any(false);
  return point;
}

}  // namespace fthost
