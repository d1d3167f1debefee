#include "core/report/run_files.h"

#include <fthost/complaints.h>
#include <fthost/csv.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

namespace fthost::report {
namespace {

constexpr int kMostEpochs = 1000000;

/// A table in a CSV file: which column is which, then its rows.
class Table {
 public:
  Table(const std::string& text, std::string file) : file_(std::move(file)), text_(text) {}

  /// Calls `row` for each record below the header. `needed`: columns that must be there.
  template <class Row>
  void read(const std::vector<std::string>& needed, const Row& row) {
    Complaints complaints(file_);
    // A line without its end was cut off while it was written.
    std::istringstream in(text_.substr(0, text_.rfind('\n') + 1));
    read_csv(in, {}, complaints, [&](const CsvRecord& record) {
      if (columns_.empty())
        take_header(record, needed, complaints);
      else if (record.fields.size() == columns_.size())
        row(record, complaints);
      else
        complaints.add(record.about("expected " + std::to_string(columns_.size()) + " fields as in the header, found " +
                                    std::to_string(record.fields.size())));
    });
    complaints.throw_if_any();
  }

  const std::vector<std::string>& columns() const { return columns_; }

  std::string_view cell(const CsvRecord& record, std::string_view column) const {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    return record.fields[static_cast<std::size_t>(found - columns_.begin())];
  }

 private:
  void take_header(const CsvRecord& record, const std::vector<std::string>& needed, Complaints& complaints) {
    columns_.assign(record.fields.begin(), record.fields.end());
    for (const auto& column : needed)
      if (std::find(columns_.begin(), columns_.end(), column) == columns_.end())
        complaints.add(record.about("expected a column '" + column + "' in the header"));
    complaints.throw_if_any();
  }

  std::string file_;
  const std::string& text_;
  std::vector<std::string> columns_;
};

/// Of a line; 0: it is no record.
std::size_t fields_in(const std::string& line) {
  std::size_t fields = 0;
  Complaints ignored("");
  std::istringstream in(line);
  read_csv(in, {}, ignored, [&](const CsvRecord& record) { fields = record.fields.size(); });
  return fields;
}

/// None: not a number as a whole.
template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> epoch_from(std::string_view text, const CsvRecord& record, Complaints& complaints) {
  const auto epoch = number_from<int>(text);
  if (epoch && *epoch >= 1 && *epoch <= kMostEpochs) return epoch;
  complaints.add(
      record.about("expected an epoch, 1 to " + std::to_string(kMostEpochs) + ", found '" + shortened(text) + "'"));
  return std::nullopt;
}

double figure_from(std::string_view text, const CsvRecord& record, Complaints& complaints) {
  const auto figure = number_from<double>(text);
  if (!figure) complaints.add(record.about("expected a number, found '" + shortened(text) + "'"));
  return figure.value_or(0);
}

}  // namespace

void end_last_row(std::string& text) {
  const auto last = text.rfind('\n') + 1;
  if (last < text.size() && fields_in(text.substr(last)) == fields_in(text.substr(0, text.find('\n')))) text += '\n';
}

std::vector<EpochFigures> read_metrics(const std::string& text, const std::string& file) {
  std::vector<EpochFigures> epochs;
  Table table(text, file);
  table.read({"epoch"}, [&](const CsvRecord& record, Complaints& complaints) {
    const auto epoch = epoch_from(table.cell(record, "epoch"), record, complaints);
    if (!epoch) return;
    EpochFigures row{*epoch, {}};
    for (std::size_t i = 0; i < table.columns().size(); ++i)
      if (table.columns()[i] != "epoch" && !record.fields[i].empty())
        row.figures[table.columns()[i]] = figure_from(record.fields[i], record, complaints);
    epochs.push_back(std::move(row));
  });
  return epochs;
}

std::vector<DriftRow> read_drift(const std::string& text, const std::string& file) {
  std::vector<DriftRow> rows;
  Table table(text, file);
  table.read({"epoch", "parameter", "iterative", "base"}, [&](const CsvRecord& record, Complaints& complaints) {
    const auto epoch = epoch_from(table.cell(record, "epoch"), record, complaints);
    if (!epoch) return;
    rows.push_back({*epoch, std::string(table.cell(record, "parameter")),
                    figure_from(table.cell(record, "iterative"), record, complaints),
                    figure_from(table.cell(record, "base"), record, complaints)});
  });
  return rows;
}

}  // namespace fthost::report
