#include "core/pipeline/sequence.h"

#include <set>

#include "core/pipeline/planned_pipelines.h"

namespace fthost {
namespace {

constexpr std::size_t kLongestName = 90;  // its run's name has a number before it

const RunList& sequence_tasks() {
  static const std::string folder = "each task has a folder of its own, in that of the sequence";
  static const RunList list{
      "sequence",
      "task",
      {{"run.name", folder},
       {"run.output", folder},
       {"model", "the first task starts from [model], and each other one from what the task before it left"}}};
  return list;
}

std::vector<PlannedRun> read_tasks(const TomlEntry& entry, const Source& source, Problems& problems) {
  ChangeReader reader(source, sequence_tasks(), problems);
  auto tasks = reader.runs_of(entry, std::string(kSequenceTable));
  std::set<std::string> names;
  for (const auto& task : tasks) {
    if (task.name.empty())
      reader.refuse(task.span, "each task needs a 'name'");
    else if (task.name.size() > kLongestName)
      reader.refuse(task.span, "a task's name has at most " + std::to_string(kLongestName) + " letters");
    else
      reader.take_name(task, names);
  }
  if (tasks.empty() && problems.empty()) reader.refuse(entry.key_span, "[[sequence]] has no task");
  return tasks;
}

}  // namespace

std::optional<Sequence> load_sequence(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                      PluginRegistry& registry) {
  PlannedPipelines pipelines(file, overrides, registry);
  const auto& request = pipelines.request();
  if (!request.sequence) return std::nullopt;
  const auto tasks = read_tasks(*request.sequence, request.file(), pipelines.problems());
  pipelines.refuse_overridden(tasks, sequence_tasks());
  pipelines.throw_if_list_is_wrong();
  Sequence sequence{pipelines.name(), pipelines.folder(), {}, {}};
  std::vector<OptionChange> model;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto run_name = std::to_string(i + 1) + "-" + tasks[i].name;
    if (auto pipeline = pipelines.make(tasks[i], run_name, model))
      sequence.tasks.push_back({tasks[i].name, written_changes(tasks[i]), std::move(*pipeline)});
    model = {text_change("model.path", (sequence.folder / run_name / "model").string())};
  }
  pipelines.throw_if_any(true);
  sequence.start = sequence.tasks.front().pipeline.model.options.path("path");
  return sequence;
}

std::size_t find_task(const Sequence& sequence, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& task : sequence.tasks) names.push_back(task.name);
  return find_named("the sequence has no task", "its tasks", names, name);
}

Pipeline with_model(Pipeline pipeline, const std::filesystem::path& folder) {
  auto values = pipeline.model.options.values();
  values["path"] = folder.string();
  pipeline.model.options = Options(std::move(values));
  return pipeline;
}

}  // namespace fthost
