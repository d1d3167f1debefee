#include "apps/fthost/run_state.h"

#include <fthost/error.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/formats/sha256.h"
#include "core/formats/text_file.h"
#include "core/pipeline/study.h"
#include "core/plugins/model_config.h"
#include "core/report/run_files.h"
#include "core/run/run_folder.h"
#include "core/run/run_lock.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// "freezing.layers: 3, now 1": a note for each option that differs.
std::vector<std::string> differences(report::OptionTexts old_options, report::OptionTexts new_options) {
  for (auto* options : {&old_options, &new_options}) options->erase("run.threads");
  std::vector<std::string> notes;
  auto names = old_options;
  names.insert(new_options.begin(), new_options.end());
  for (const auto& [name, ignored] : names)
    if (const auto was = report::value_in(old_options, name), is = report::value_in(new_options, name); was != is)
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
    auto json = nlohmann::json::parse(read_text(file, report::kMostRecordBytes), nullptr, false);
    return json.is_object() ? json : nlohmann::json();
  } catch (const InputError&) {
    return {};
  }
}

RunState RunStates::of(const fs::path& run, const std::string& resolved, ModelFrom model) {
  std::error_code ignored;
  if (!fs::exists(run, ignored)) return RunState::open;
  // Before its record is read: a run that ends meanwhile has written all of it.
  const bool goes_on = is_running(run);
  const auto record = object_in(run / "run.json");
  if (text_in(record, "state") != "finished") return goes_on ? RunState::running : RunState::unfinished;
  const auto file = run / "pipeline.toml";
  auto notes = differences(report::read_options(read_text(file, report::kMostPipelineBytes), file.string()),
                           report::read_options(resolved, "pipeline.toml"));
  const auto options = notes.size();
  const auto model_files = changed_files(record, "model_files"), data_files = changed_files(record, "data_files");
  notes.insert(notes.end(), data_files.begin(), data_files.end());
  if (model == ModelFrom::user) notes.insert(notes.end(), model_files.begin(), model_files.end());
  if (notes.empty()) return model_files.empty() ? RunState::finished : RunState::unfinished;
  const std::string with = options == notes.size() ? "other options"
                           : options > 0           ? "other options and files"
                                                   : "other files";
  notes.push_back("give the " + whole_ + " another name ([run] name), or remove that folder");
  throw InputError(run, "this " + part_ + " was run with " + with, std::move(notes));
}

/// A note for each file of the record that is still there and whose content is another one now.
std::vector<std::string> RunStates::changed_files(const nlohmann::json& record, const char* key) {
  std::vector<std::string> notes;
  const auto files = record.find(key);
  if (files == record.end() || !files->is_array()) return notes;
  for (const auto& item : *files) {
    const fs::path path = item.is_object() ? text_in(item, "path") : "";
    const bool counts = key == std::string_view("data_files") || belongs_to_model(path);
    std::error_code unknown;
    if (counts && fs::is_regular_file(path, unknown) && hash_of(path) != text_in(item, "sha256"))
      notes.push_back(path.string() + ": its content has changed since");
  }
  return notes;
}

const std::string& RunStates::hash_of(const fs::path& file) {
  std::error_code unknown;
  const auto [found, is_new] = hashes_.try_emplace({file.string(), fs::last_write_time(file, unknown)});
  if (is_new) found->second = hash_file(file).sha256;
  return found->second;
}

fs::path set_aside(Files& files, const fs::path& folder, const std::string& run) {
  auto kept = make_run_folder(files, folder / kUnfinishedFolder, run);
  files.rename(folder / run, kept.path);
  return kept.path;
}

std::string end_of(const fs::path& run) {
  return text_in(object_in(run / "run.json"), "ended");
}

}  // namespace fthost
