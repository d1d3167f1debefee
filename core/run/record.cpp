#include "core/run/record.h"

#include <fthost/utc.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/formats/sha256.h"
#include "core/run/machine.h"
#include "core/run/version.h"

namespace fthost {
namespace {

using Json = nlohmann::ordered_json;

Json build_json() {
  const auto& build = build_info();
  Json json;
  json["version"] = build.version;
  json["commit"] = build.commit;
  json["dirty"] = build.dirty;
  json["compiler"] = build.compiler;
  return json;
}

Json machine_json(const RunRecord& record) {
  Json json;
  json["device"] = record.device;
  json["precision"] = record.precision;
  json["threads"] = record.threads;
  json["cpu"] = cpu_model();
  json["cpu_capability"] = record.cpu_capability;
  json["os"] = operating_system();
  json["environment"] = numeric_environment();
  return json;
}

Json file_json(const RecordedFile& file) {
  Json json;
  json["path"] = file.path.string();
  json["bytes"] = file.bytes;
  json["sha256"] = file.sha256;
  return json;
}

Json files_json(const std::vector<RecordedFile>& files) {
  Json json = Json::array();
  for (const auto& file : files) json.push_back(file_json(file));
  return json;
}

Json plugin_json(const RecordedPlugin& plugin) {
  Json json;
  json["kind"] = kind_name(plugin.kind);
  json["name"] = plugin.name;
  json.update(file_json(plugin.library));
  json["fingerprint"]["sdk"] = plugin.fingerprint.sdk;
  json["fingerprint"]["cxx_abi"] = plugin.fingerprint.cxx_abi;
  json["fingerprint"]["libtorch"] = plugin.fingerprint.libtorch;
  json["fingerprint"]["cuda"] = plugin.fingerprint.cuda;
  return json;
}

Json data_json(const std::vector<DataSetCounts>& data) {
  Json json = Json::object();
  for (const auto& [set, counts] : data) {
    auto& entry = json[set];
    entry["sentences"] = counts.sentences;
    entry["words"] = counts.words;
    entry["examples"] = counts.examples;
    entry["tokens"] = counts.tokens;
    entry["cut_sentences"] = counts.cut;
    entry["windows"] = counts.windows;
    entry["lost_words"] = counts.lost_words;
    entry["cut_words"] = counts.cut_words;
    entry["unknown_pieces"] = counts.unknown_pieces;
  }
  return json;
}

/// The figures of the epoch whose weights were kept, else the newest of each; those of the test set have an object of
/// their own.
void add_figures(Json& json, const RunRecord& record) {
  json["metrics"] = Json::object();
  json["test"] = Json::object();
  for (const auto& name : record.metrics.names()) {
    const bool of_test = name.starts_with("test_");
    const auto value =
        record.kept_epoch && !of_test ? record.kept_metrics.at(name, *record.kept_epoch) : record.metrics.latest(name);
    if (value) json[of_test ? "test" : "metrics"][name] = *value;
  }
}

void add_end(Json& json, const RunRecord& record) {
  json["ended"] = utc_text(record.ended);
  json["seconds"] = record.seconds;
  if (record.kept_epoch) json["kept_epoch"] = *record.kept_epoch;
  if (record.kept_step) json["kept_step"] = *record.kept_step;
  if (record.cache)
    for_each_member(*record.cache, [&](const char* name, const auto& value) { json["cache"][name] = value; });
  if (record.cost) for_each_member(*record.cost, [&](const char* name, double value) { json["cost"][name] = value; });
  add_figures(json, record);
}

}  // namespace

RecordedFile record_file(const std::filesystem::path& path) {
  auto hash = hash_file(path);
  return {path, hash.bytes, std::move(hash.sha256)};
}

std::string record_json(const RunRecord& record) {
  Json json;
  json["name"] = record.name;
  json["state"] = record.state ? state_name(*record.state) : "running";
  if (!record.reason.empty()) json["reason"] = record.reason;
  json["started"] = utc_text(record.started);
  if (record.state) add_end(json, record);
  json["command_line"] = record.command_line;
  json["fthost"] = build_json();
  json["libtorch"] = record.libtorch;
  json["machine"] = machine_json(record);
  json["seed"] = record.seed;
  json["boundary"] = record.boundary;
  json["layers"] = record.layers;
  json["learning_layers"] = record.learning_layers;
  json["learning_parameters"] = record.learning_parameters;
  json["frozen_parameters"] = record.frozen_parameters;
  json["model_files"] = files_json(record.model_files);
  json["data_files"] = files_json(record.data_files);
  json["data"] = data_json(record.data);
  json["labels"] = record.labels;
  json["plugins"] = Json::array();
  for (const auto& plugin : record.plugins) json["plugins"].push_back(plugin_json(plugin));
  // A path or an argument may hold any bytes; JSON holds UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_record(Files& files, const std::filesystem::path& folder, const RunRecord& record) {
  write_file(files, folder / "run.json", record_json(record));
}

}  // namespace fthost
