#include "apps/fthost/run_state.h"

#include <fthost/error.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>
#include <vector>

#include "core/formats/text_file.h"
#include "core/run/run_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRecordBytes = std::size_t{16} << 20;
constexpr std::size_t kMostPipelineBytes = std::size_t{1} << 20;

/// The options of a resolved pipeline, which has one a line, by table and name; without the number of threads.
std::map<std::string, std::string> options_of(const std::string& resolved) {
  std::map<std::string, std::string> options;
  std::istringstream lines(resolved);
  std::string table;
  std::size_t sinks = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[[")) {
      table = "sink " + std::to_string(++sinks) + ".";
    } else if (line.starts_with("[")) {
      table = line.substr(1, line.find(']') - 1) + ".";
    } else if (const auto equals = line.find(" = "); equals != std::string::npos) {
      options[table + line.substr(0, equals)] = line.substr(equals + 3);
    }
  }
  options.erase("run.threads");
  return options;
}

std::string value_in(const std::map<std::string, std::string>& options, const std::string& name) {
  const auto found = options.find(name);
  return found == options.end() ? "not given" : found->second;
}

/// "freezing.layers: 3, now 1": a note for each option that differs.
std::vector<std::string> differences(const std::string& before, const std::string& now) {
  auto old_options = options_of(before), new_options = options_of(now);
  std::vector<std::string> notes;
  auto names = old_options;
  names.insert(new_options.begin(), new_options.end());
  for (const auto& [name, ignored] : names)
    if (const auto was = value_in(old_options, name), is = value_in(new_options, name); was != is)
      notes.push_back(std::string(name).append(": ").append(was).append(", now ").append(is));
  return notes;
}

std::string text_in(const nlohmann::json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

nlohmann::json object_in(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return {};
  try {
    auto json = nlohmann::json::parse(read_text(file, kMostRecordBytes), nullptr, false);
    return json.is_object() ? json : nlohmann::json();
  } catch (const InputError&) {
    return {};
  }
}

RunState state_of(const fs::path& run, const std::string& resolved, const std::string& part, const std::string& whole) {
  std::error_code ignored;
  if (!fs::exists(run, ignored)) return RunState::open;
  if (text_in(object_in(run / "run.json"), "state") != "finished") return RunState::unfinished;
  auto notes = differences(read_text(run / "pipeline.toml", kMostPipelineBytes), resolved);
  if (notes.empty()) return RunState::finished;
  notes.push_back("give the " + whole + " another name ([run] name), or remove that folder");
  throw InputError(Message{.place = {run.string(), 0, 0},
                           .text = "this " + part + " was run with other options",
                           .notes = std::move(notes)});
}

fs::path set_aside(Files& files, const fs::path& folder, const std::string& run) {
  auto kept = make_run_folder(files, folder / "unfinished", run);
  files.rename(folder / run, kept.path);
  return kept.path;
}

RunTimes times_of(const fs::path& run) {
  const auto record = object_in(run / "run.json");
  return {text_in(record, "started"), text_in(record, "ended")};
}

}  // namespace fthost
