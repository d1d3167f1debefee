#include "core/report/run_files.h"

#include <fthost/json.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/plugins/model_config.h"
#include "core/report/json_fields.h"

namespace fthost::report {
namespace {

constexpr std::size_t kMostLayers = 100000;
constexpr auto kMostCount = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());

std::int64_t count_of(const JsonObject& object, const std::string& key) {
  return static_cast<std::int64_t>(object.number(key, kMostCount));
}

void read_cache(const JsonObject& record, RunFiles& run) {
  if (record.find("cache") == nullptr) return;
  const auto cache = record.object("cache");
  run.cache = {cache.text("mode"),
               count_of(cache, "hits"),
               count_of(cache, "misses"),
               count_of(cache, "reused"),
               count_of(cache, "bytes_written"),
               real_of(cache, "fill_seconds"),
               real_of(cache, "seconds_saved")};
}

void read_cost(const JsonObject& record, RunFiles& run) {
  if (record.find("cost") == nullptr) return;
  const auto cost = record.object("cost");
  run.cost = {real_of(cost, "predicted_epoch_seconds"), real_of(cost, "measured_epoch_seconds"),
              real_of(cost, "predicted_seconds"), real_of(cost, "measured_seconds")};
}

void read_versions(const JsonObject& record, RunFiles& run) {
  const auto build = record.object("fthost");
  const auto commit = build.text("commit", "");
  run.versions.emplace_back("fthost", build.text("version") + (commit.empty() ? "" : " (" + commit + ")") +
                                          (build.boolean("dirty", false) ? ", changed since that commit" : ""));
  run.versions.emplace_back("compiler", build.text("compiler", ""));
  run.versions.emplace_back("LibTorch", record.text("libtorch", ""));
  const auto machine = record.object("machine");
  for (const auto* key : {"device", "precision", "cpu", "cpu_capability", "os"})
    run.versions.emplace_back(key, machine.text(key, ""));
  run.versions.emplace_back("threads", std::to_string(machine.number("threads", kMostCount)));
  for (const auto& [name, value] : run.versions)
    if (name == "cpu" || name == "device" || name == "precision" || name == "threads") run.machine += value + "\n";
  const auto device = machine.text("device", "");
  run.device = device.substr(0, device.find(':'));
  run.versions.emplace_back("started", record.text("started", ""));
  std::string command;
  for (const auto& word : list_of(record, "command_line"))
    command += (command.empty() ? "" : " ") + (word.is_string() ? word.get<std::string>() : word.dump());
  run.versions.emplace_back("command line", command);
}

void read_hashes(const JsonObject& record, RunFiles& run) {
  for (const auto* key : {"model_files", "data_files", "plugins"})
    for (const auto& item : list_of(record, key)) {
      const JsonObject file(item, record.file(), key);
      run.hashes.emplace_back(file.text("path"), file.text("sha256"));
      if (key == std::string_view("data_files")) run.data_hashes.push_back(file.text("sha256"));
      if (key == std::string_view("model_files") && belongs_to_model(file.text("path")))
        run.model_hashes.push_back(file.text("sha256"));
    }
}

/// An object of numbers by name; empty when it is not there.
std::map<std::string, double, std::less<>> figures_in(const JsonObject& record, const std::string& key) {
  std::map<std::string, double, std::less<>> figures;
  if (record.find(key) == nullptr) return figures;
  const auto object = record.object(key);
  for (const auto& [name, value] : object.all().items()) figures[name] = real_of(object, name);
  return figures;
}

}  // namespace

double read_study_record(const std::string& text, const std::string& file) {
  const auto json = parse_json(text, file);
  return real_of(JsonObject(json, file, ""), "fill_seconds");
}

RunFiles read_record(const std::string& text, const std::string& file) {
  const auto json = parse_json(text, file);
  const JsonObject record(json, file, "");
  RunFiles run;
  run.name = record.text("name");
  run.state = record.text("state");
  const std::vector<std::string> states = {"running", "finished", "failed", "interrupted"};
  if (std::find(states.begin(), states.end(), run.state) == states.end())
    record.wrong("state", "running, finished, failed or interrupted");
  run.reason = record.text("reason", "");
  run.boundary = record.text("boundary");
  run.layers = static_cast<std::int64_t>(record.number("layers", kMostLayers));
  run.learning_layers = static_cast<std::int64_t>(record.number("learning_layers", kMostLayers));
  run.learning_parameters = count_of(record, "learning_parameters");
  run.frozen_parameters = count_of(record, "frozen_parameters");
  run.seed = record.number("seed", std::numeric_limits<std::size_t>::max());
  if (record.find("seconds") != nullptr) run.seconds = real_of(record, "seconds");
  if (record.find("kept_epoch") != nullptr)
    run.kept_epoch = static_cast<int>(record.number("kept_epoch", std::numeric_limits<int>::max()));
  run.labels = texts_of(record, "labels");
  run.test = figures_in(record, "test");
  if (run.kept_epoch) run.kept = figures_in(record, "metrics");
  read_cache(record, run);
  read_cost(record, run);
  read_versions(record, run);
  read_hashes(record, run);
  return run;
}

}  // namespace fthost::report
