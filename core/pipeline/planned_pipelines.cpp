#include "core/pipeline/planned_pipelines.h"

#include <algorithm>
#include <utility>

#include <fthost/error.h>

#include "core/pipeline/check_value.h"
#include "core/pipeline/core_rules.h"
#include "core/pipeline/core_tables.h"
#include "core/pipeline/load.h"
#include "core/pipeline/overrides.h"
#include "core/plugins/description.h"

namespace fthost {

PlannedPipelines::PlannedPipelines(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                   PluginRegistry& registry)
    : file_(file), overrides_(overrides), registry_(registry), request_(read_request(file, overrides, of_file_)) {}

std::string PlannedPipelines::name() const {
  const auto* given = request_->table("run").find("name");
  const auto text = given == nullptr ? "" : given_text(*given).value_or("");
  return text.empty() ? (file_.extension() == ".toml" ? file_.stem() : file_.filename()).string() : text;
}

std::filesystem::path PlannedPipelines::folder() const {
  const auto* given = request_->table("run").find("output");
  const auto& start = given == nullptr ? request_->file().folder : given->source->folder;
  return absolute_path(start, given == nullptr ? "runs" : given_text(*given).value_or("runs")) / name();
}

void PlannedPipelines::refuse_overridden(const std::vector<PlannedRun>& runs, const RunList& list) {
  for (const auto& each : overrides_)
    if (std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.find(each.key) != nullptr; }))
      problems_.add({.place = {std::string(kCommandLine), 0, 0},
                     .text = "'" + each.key + "' is varied by the " + list.whole + ", and cannot be set besides"});
}

/// In the runs' pipelines both stand as they are made of these.
void PlannedPipelines::check_name_and_output() {
  const auto& run = request_->table("run");
  OptionValues values;
  for (const auto& option : find_core_table("run")->options) {
    const auto* given = option.name == "name" || option.name == "output" ? run.find(option.name) : nullptr;
    if (given == nullptr) continue;
    const auto value = check_value(option, *given, problems_);
    if (value) values[option.name] = *value;
  }
  check_run_name(run, file_, values, problems_);
}

void PlannedPipelines::throw_if_list_is_wrong() {
  check_name_and_output();
  if (problems_.empty()) return;
  problems_.add(of_file_.messages());
  problems_.throw_if_any();
}

std::optional<Pipeline> PlannedPipelines::make(const PlannedRun& run, const std::string& run_name,
                                               const std::vector<OptionChange>& more) {
  ++made_;
  Problems problems;
  try {
    const auto request = read_request(file_, overrides_, problems);
    auto changes = run.changes;
    changes.push_back(text_change("run.name", run_name));
    changes.push_back(text_change("run.output", folder().string()));
    changes.insert(changes.end(), more.begin(), more.end());
    lay_changes(*request, changes);
    auto pipeline = check_request(file_, *request, registry_, problems);
    pipeline.run.is_part = true;
    return pipeline;
  } catch (const InputError& error) {
    take(error.messages(), run.name);
    return std::nullopt;
  }
}

void PlannedPipelines::take(const std::vector<Message>& messages, const std::string& run) {
  for (const auto& message : messages) {
    const auto same = std::find_if(found_.begin(), found_.end(), [&](const Found& found) {
      return found.message.place == message.place && found.message.text == message.text;
    });
    if (same == found_.end())
      found_.push_back({message, {run}});
    else if (same->runs.back() != run)
      same->runs.push_back(run);
  }
}

void PlannedPipelines::throw_if_any(bool with_names) const {
  Problems problems;
  for (const auto& [message, runs] : found_) {
    auto told = message;
    if (with_names && runs.size() < made_) told.notes.push_back("in: " + comma_separated(runs));
    problems.add(std::move(told));
  }
  problems.throw_if_any();
}

std::vector<std::pair<std::string, std::string>> written_changes(const PlannedRun& run) {
  std::vector<std::pair<std::string, std::string>> written;
  for (const auto& change : run.changes) written.emplace_back(change.key, written_value(change.value));
  return written;
}

}  // namespace fthost
