#include <algorithm>
#include <string_view>

#include "core/report/axis.h"
#include "core/report/sequence_record.h"

namespace fthost::report {
namespace {

/// Columns as wide as what stands in them, the first to the left, the others to the right.
class TextTable {
 public:
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::string text() const {
    std::string text;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t column = 0; column < row.size(); ++column) {
        const std::string blanks(width(column) - row[column].size(), ' ');
        line += column == 0 ? row[column] + blanks : "  " + blanks + row[column];
      }
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
  }

 private:
  std::size_t width(std::size_t column) const {
    std::size_t width = 0;
    for (const auto& row : rows_)
      if (column < row.size()) width = std::max(width, row[column].size());
    return width;
  }

  std::vector<std::vector<std::string>> rows_;
};

std::string text_of(const std::optional<double>& value) {
  return value ? figure_text(*value) : "";
}

std::string matrix_text(const SequenceRecord& record) {
  TextTable table;
  std::vector<std::string> header = {"F1 on dev"}, forgotten = {"forgetting"};
  for (std::size_t task = 0; task < record.tasks.size(); ++task) {
    header.push_back(record.tasks[task]);
    forgotten.push_back(text_of(record.forgetting(task)));
  }
  table.add(std::move(header));
  for (std::size_t row = 0; row < record.rows.size(); ++row) {
    std::vector<std::string> cells = {"after " + record.rows[row].task};
    for (std::size_t task = 0; task <= row; ++task) cells.push_back(text_of(record.f1(row, task)));
    table.add(std::move(cells));
  }
  table.add(std::move(forgotten));
  return table.text();
}

/// A row a stage, a column a task.
std::string drift_text(const SequenceRecord& record, const std::string& title, double EncoderDrift::*member) {
  TextTable table;
  std::vector<std::string> header = {title};
  for (const auto& row : record.rows) header.push_back("after " + row.task);
  table.add(std::move(header));
  for (std::size_t stage = 0; stage < record.rows.front().drift.size(); ++stage) {
    std::vector<std::string> cells = {record.rows.front().drift[stage].stage};
    for (const auto& row : record.rows)
      cells.push_back(stage < row.drift.size() ? figure_text(row.drift[stage].*member, 3) : "");
    table.add(std::move(cells));
  }
  return table.text();
}

}  // namespace

std::string sequence_text(const SequenceRecord& record) {
  if (record.rows.empty()) return "";
  return matrix_text(record) + "\n" +
         drift_text(record, "drift against the task before (iterative)", &EncoderDrift::iterative) + "\n" +
         drift_text(record, "drift against the start (base)", &EncoderDrift::base);
}

}  // namespace fthost::report
