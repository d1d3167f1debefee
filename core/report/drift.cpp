#include "core/report/drift.h"

#include <algorithm>
#include <charconv>
#include <functional>

namespace fthost::report {
namespace {

constexpr std::string_view kWholeStage = "all tensors";
constexpr std::string_view kHeadWeight = "classifier.weight";
constexpr std::string_view kQueryWeight = "attention.self.query.weight";

/// The number of a layer; -1 of another stage.
int layer_number(std::string_view stage) {
  int number = -1;
  const auto [end, error] = std::from_chars(stage.data(), stage.data() + stage.size(), number);
  return error == std::errc() && end == stage.data() + stage.size() ? number : -1;
}

/// The rows of a run's last epoch with drift.
std::vector<const DriftRow*> last_rows(const RunFiles& run) {
  int last = 0;
  for (const auto& row : run.drift) last = std::max(last, row.epoch);
  std::vector<const DriftRow*> rows;
  for (const auto& row : run.drift)
    if (row.epoch == last) rows.push_back(&row);
  return rows;
}

std::optional<double> mean_of(const Group& group, const std::string& parameter, double DriftRow::*member) {
  const auto spread = group.over([&](const RunFiles& run) -> std::optional<double> {
    for (const auto* row : last_rows(run))
      if (row->parameter == parameter) return row->*member;
    return std::nullopt;
  });
  return spread ? std::optional(spread->mean) : std::nullopt;
}

/// The parameters that a group has drift of, in the order of the first run's file.
std::vector<std::string> parameters_of(const Group& group) {
  std::vector<std::string> parameters;
  for (const auto* run : group.runs) {
    for (const auto* row : last_rows(*run)) parameters.push_back(row->parameter);
    if (!parameters.empty()) break;
  }
  return parameters;
}

std::size_t index_in(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

HeatMap map_of(const Group& group, const std::vector<std::string>& parameters) {
  HeatMap map;
  map.title = "Drift: " + group.label;
  map.note = "Mean squared difference from the start, at the end of the run, by layer and tensor" +
             std::string(group.runs.size() > 1 ? "; mean over seeds." : ".") + " Outlined: did not move.";
  map.unit = "base drift";
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const auto& parameter : parameters) {
    const auto place = drift_place(parameter);
    places.emplace_back(index_in(map.rows, place.tensor), index_in(map.columns, place.stage));
  }
  map.cells.assign(map.rows.size(), std::vector<std::optional<double>>(map.columns.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i)
    map.cells[places[i].first][places[i].second] = mean_of(group, parameters[i], &DriftRow::base);
  return map;
}

/// The name of what stands for the head; empty when it is not there.
std::string head_parameter(const std::vector<std::string>& parameters) {
  for (const auto& name : parameters)
    if (name == "head" || name.ends_with(kHeadWeight)) return name;
  return "";
}

/// The same for the uppermost layer.
std::string layer_parameter(const std::vector<std::string>& parameters) {
  std::string found;
  int highest = -1;
  for (const auto& name : parameters) {
    const auto place = drift_place(name);
    const int number = layer_number(place.stage);
    if (number <= highest || (place.tensor != kQueryWeight && place.tensor != kWholeStage)) continue;
    highest = number;
    found = name;
  }
  return found;
}

DriftTableRow row_of(const Group& group, const std::vector<std::string>& parameters) {
  const auto head = head_parameter(parameters), layer = layer_parameter(parameters);
  return {group.label,
          false,
          mean_of(group, head, &DriftRow::iterative),
          mean_of(group, head, &DriftRow::base),
          mean_of(group, layer, &DriftRow::iterative),
          mean_of(group, layer, &DriftRow::base)};
}

DriftTableRow row_of(const PublishedSetting& setting) {
  DriftTableRow row{setting.setting.name, true, {}, {}, {}, {}};
  for (const auto& [tensor, drift] : setting.drift) {
    const bool is_head = tensor.ends_with(kHeadWeight);
    (is_head ? row.head_iterative : row.layer_iterative) = drift.iterative.back();
    (is_head ? row.head_base : row.layer_base) = drift.base.back();
  }
  return row;
}

}  // namespace

DriftPlace drift_place(std::string_view parameter) {
  constexpr std::string_view kLayer = "layer.", kModel = "bert.";
  if (const auto at = parameter.find(kLayer); at == 0 || (at != std::string_view::npos && parameter[at - 1] == '.')) {
    const auto rest = parameter.substr(at + kLayer.size());
    const auto stage = rest.substr(0, rest.find('.'));
    if (layer_number(stage) >= 0)
      return {std::string(stage), std::string(stage == rest ? kWholeStage : rest.substr(stage.size() + 1))};
  }
  if (parameter.starts_with(kModel)) parameter.remove_prefix(kModel.size());
  if (parameter == "all") return {"all", std::string(kWholeStage)};
  if (parameter.starts_with("embeddings"))
    return {"embeddings",
            std::string(parameter == "embeddings" ? kWholeStage : parameter.substr(parameter.find('.') + 1))};
  return {"head", std::string(parameter == "head" ? kWholeStage : parameter)};
}

std::vector<HeatMap> drift_maps(const std::vector<Group>& groups) {
  std::vector<HeatMap> maps;
  for (const auto& group : groups) {
    const auto parameters = parameters_of(group);
    if (parameters.empty()) continue;
    maps.push_back(map_of(group, parameters));
    maps.back().id = "drift-" + std::to_string(maps.size());
  }
  share_span(maps);
  return maps;
}

std::vector<DriftTableRow> drift_table(const std::vector<Group>& groups, const Published* published) {
  std::vector<DriftTableRow> rows;
  for (const auto& group : groups)
    if (const auto parameters = parameters_of(group); !parameters.empty()) rows.push_back(row_of(group, parameters));
  if (published != nullptr && !rows.empty())
    for (const auto& setting : published->settings) rows.push_back(row_of(setting));
  return rows;
}

}  // namespace fthost::report
