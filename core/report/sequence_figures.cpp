#include "core/report/sequence_figures.h"

#include <utility>

namespace fthost::report {
namespace {

std::vector<std::string> names_of_rows(const SequenceRecord& record) {
  std::vector<std::string> names;
  for (const auto& row : record.rows) names.push_back("after " + row.task);
  return names;
}

HeatMap drift_map(const SequenceRecord& record, double EncoderDrift::*member) {
  HeatMap map;
  map.columns = names_of_rows(record);
  if (record.rows.empty()) return map;
  for (const auto& each : record.rows.front().drift) map.rows.push_back(each.stage);
  map.cells.assign(map.rows.size(), std::vector<std::optional<double>>(map.columns.size()));
  for (std::size_t column = 0; column < record.rows.size(); ++column) {
    const auto& drift = record.rows[column].drift;
    for (std::size_t stage = 0; stage < drift.size() && stage < map.rows.size(); ++stage)
      map.cells[stage][column] = drift[stage].*member;
  }
  return map;
}

}  // namespace

Chart f1_after_tasks(const SequenceRecord& record, const std::string& id) {
  Chart chart;
  chart.id = id + "-f1";
  chart.title = "F1 of each task, after each task: " + record.name;
  chart.note = "On the task's dev set, with its head as it was saved on the encoder of then.";
  chart.x_label = "after the task";
  chart.y_label = "entity F1 on dev";
  chart.x = Chart::X::categories;
  for (const auto& row : record.rows) chart.categories.push_back(row.task);
  for (std::size_t task = 0; task < record.rows.size(); ++task) {
    Series series{record.tasks[task], static_cast<int>(task), false, true, {}};
    for (std::size_t row = task; row < record.rows.size(); ++row)
      if (const auto f1 = record.f1(row, task)) series.points.push_back({static_cast<double>(row), *f1, *f1, *f1});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::vector<HeatMap> drift_after_tasks(const SequenceRecord& record, const std::string& id) {
  auto iterative = drift_map(record, &EncoderDrift::iterative), base = drift_map(record, &EncoderDrift::base);
  iterative.id = id + "-drift-iterative";
  iterative.title = "Drift between tasks: " + record.name;
  iterative.note =
      "Mean squared difference of the encoder from what the task before left, by stage. Outlined: did not "
      "move.";
  iterative.unit = "iterative drift";
  base.id = id + "-drift-base";
  base.title = "Drift since the start: " + record.name;
  base.note =
      "Mean squared difference of the encoder from the one that the sequence started from, by stage. Outlined: "
      "did not move.";
  base.unit = "base drift";
  std::vector maps = {std::move(iterative), std::move(base)};
  share_span(maps);
  return maps;
}

}  // namespace fthost::report
