#include "core/report/sequence_record.h"

#include <fthost/json.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/formats/text_file.h"
#include "core/report/json_fields.h"

namespace fthost::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{16} << 20;

Json row_json(const SequenceRow& row) {
  Json json{{"task", row.task}, {"measured", row.measured}};
  json["dev"] = Json::array();
  for (const auto& each : row.dev)
    json["dev"].push_back({{"task", each.task},
                           {"f1", each.f1},
                           {"precision", each.precision},
                           {"recall", each.recall},
                           {"loss", each.loss}});
  json["drift"] = Json::array();
  for (const auto& each : row.drift)
    json["drift"].push_back({{"stage", each.stage}, {"iterative", each.iterative}, {"base", each.base}});
  return json;
}

SequenceRow read_row(const JsonObject& json) {
  SequenceRow row{json.text("task"), json.text("measured"), {}, {}};
  for (const auto& item : list_of(json, "dev")) {
    const JsonObject dev(item, json.file(), json.path_of("dev"));
    row.dev.push_back({dev.text("task"), real_of(dev, "f1"), real_of(dev, "precision"), real_of(dev, "recall"),
                       real_of(dev, "loss")});
  }
  for (const auto& item : list_of(json, "drift")) {
    const JsonObject drift(item, json.file(), json.path_of("drift"));
    row.drift.push_back({drift.text("stage"), real_of(drift, "iterative"), real_of(drift, "base")});
  }
  return row;
}

/// Each row has a task of the list, in its order, and the scores of those up to it.
void check_order(const SequenceRecord& record, const JsonObject& json) {
  bool is_right = record.rows.size() <= record.tasks.size();
  for (std::size_t i = 0; is_right && i < record.rows.size(); ++i) {
    const auto& row = record.rows[i];
    is_right = row.task == record.tasks[i] && row.dev.size() == i + 1;
    for (std::size_t j = 0; is_right && j <= i; ++j) is_right = row.dev[j].task == record.tasks[j];
  }
  if (!is_right) json.wrong("after", "a row for each task that is done, with the scores of the tasks up to it");
}

}  // namespace

std::optional<double> SequenceRecord::f1(std::size_t row, std::size_t task) const {
  return row < rows.size() && task < rows[row].dev.size() ? std::optional(rows[row].dev[task].f1) : std::nullopt;
}

std::optional<double> SequenceRecord::forgetting(std::size_t task) const {
  if (task + 1 >= rows.size()) return std::nullopt;
  const auto now = f1(rows.size() - 1, task);
  double best = *now;
  for (std::size_t row = task; row < rows.size(); ++row) best = std::max(best, *f1(row, task));
  return best - *now;
}

std::string sequence_json(const SequenceRecord& record) {
  Json json{{"sequence", record.name}, {"start", record.start}, {"tasks", record.tasks}};
  json["after"] = Json::array();
  for (const auto& row : record.rows) json["after"].push_back(row_json(row));
  // A path may hold any bytes; JSON holds UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

SequenceRecord read_sequence(const std::string& text, const std::string& file) {
  const auto json = parse_json(text, file);
  const JsonObject object(json, file, "");
  SequenceRecord record{object.text("sequence"), object.text("start"), texts_of(object, "tasks"), {}};
  for (const auto& item : list_of(object, "after")) record.rows.push_back(read_row({item, file, "after"}));
  check_order(record, object);
  return record;
}

std::optional<SequenceRecord> read_sequence_of(const std::filesystem::path& folder) {
  const auto file = folder / "sequence.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  return read_sequence(read_text(file, kMostBytes), file.string());
}

std::string matrix_csv(const SequenceRecord& record) {
  std::string csv = "after";
  for (const auto& task : record.tasks) csv += "," + task;
  csv += "\n";
  for (std::size_t row = 0; row < record.rows.size(); ++row) {
    csv += record.rows[row].task;
    for (std::size_t task = 0; task < record.tasks.size(); ++task) {
      const auto value = record.f1(row, task);
      csv += "," + (value ? Json(*value).dump() : "");
    }
    csv += "\n";
  }
  return csv;
}

}  // namespace fthost::report
