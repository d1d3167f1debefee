#include "apps/fthost/study_state.h"

#include <fthost/error.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

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

bool is_finished(const fs::path& run) {
  try {
    const auto record = nlohmann::json::parse(read_text(run / "run.json", kMostRecordBytes), nullptr, false);
    return record.is_object() && record.contains("state") && record["state"] == "finished";
  } catch (const InputError&) {
    return false;  // killed before there was a record
  }
}

fs::path record_file(const fs::path& folder, const Shard& shard) {
  if (shard.parts == 1) return folder / "study.json";
  return folder / ("study-" + std::to_string(shard.part) + "-of-" + std::to_string(shard.parts) + ".json");
}

/// 0 where there is no record, or none that can be read: it is written anew then.
double fill_seconds_in(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return 0;
  try {
    const auto record = nlohmann::json::parse(read_text(file, kMostRecordBytes), nullptr, false);
    return record.is_object() && record.contains("fill_seconds") && record["fill_seconds"].is_number()
               ? record["fill_seconds"].get<double>()
               : 0;
  } catch (const InputError&) {
    return 0;
  }
}

}  // namespace

PointState state_of(const fs::path& folder, const StudyPoint& point) {
  const auto run = folder / point.name;
  std::error_code ignored;
  if (!fs::exists(run, ignored)) return PointState::open;
  if (!is_finished(run)) return PointState::unfinished;
  auto notes = differences(read_text(run / "pipeline.toml", kMostPipelineBytes), point.pipeline.resolved);
  if (notes.empty()) return PointState::finished;
  notes.emplace_back("give the study another name ([run] name), or remove that folder");
  throw InputError(Message{
      .place = {run.string(), 0, 0}, .text = "this point was run with other options", .notes = std::move(notes)});
}

void set_aside(Files& files, const fs::path& folder, const std::string& point) {
  const auto kept = make_run_folder(files, folder / "unfinished", point);
  files.rename(folder / point, kept.path);
}

Shard shard_from(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto part = std::from_chars(text.data(), end, shard.part);
  const bool has_slash = part.ec == std::errc() && part.ptr != end && *part.ptr == '/';
  const auto parts = has_slash ? std::from_chars(part.ptr + 1, end, shard.parts) : part;
  if (has_slash && parts.ec == std::errc() && parts.ptr == end && shard.part >= 1 && shard.part <= shard.parts)
    return shard;
  throw InputError(Message{.place = {"fthost", 0, 0},
                           .text = "--shard takes a part and their number, such as 2/5, not '" + text + "'"});
}

void add_fill_seconds(Files& files, const fs::path& folder, const Shard& shard, double seconds) {
  const auto file = record_file(folder, shard);
  const nlohmann::ordered_json record{{"fill_seconds", fill_seconds_in(file) + seconds}};
  files.make_folder(folder);
  write_file(files, file, record.dump(2) + "\n");
}

}  // namespace fthost
