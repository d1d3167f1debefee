#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::array<std::string_view, 10> kColumns = {
    "epoch",  "train_loss", "dev_loss",     "dev_precision",     "dev_recall",
    "dev_f1", "seconds",    "eval_seconds", "tokens_per_second", "lr"};

/// As short as it can be and still read back to the same double; "nan" and "inf" as most readers of CSV know them.
std::string number(double value) {
  if (std::isnan(value)) return "nan";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// RFC 4180: what holds a comma, a quote or a line's end stands in quotes, and its quotes are doubled.
std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// metrics.csv: a line of names, then a line per epoch. Lines end in LF. A line is one write, so that a run that dies
/// leaves whole lines.
class CsvSink final : public fthost::Sink {
 public:
  explicit CsvSink(const fthost::Options& options) : columns_(kColumns.begin(), kColumns.end()) {
    if (options.has("columns")) columns_ = options.texts("columns");
    if (columns_.empty()) throw fthost::OptionError("columns", "a table needs a column; leave 'columns' out for all");
  }

  Role role() const override { return Role::writer; }

  void run_started(const fthost::RunStarted& event) override {
    file_ = event.files->create(event.folder / "metrics.csv");
    write_row([](const std::string& column) { return field(column); });
  }

  void epoch_trained(const fthost::EpochTrained& event, fthost::Metrics&) override { lr_ = event.lr; }

  void epoch_ended(const fthost::EpochEnded& event, fthost::Metrics&) override {
    write_row([&](const std::string& column) -> std::string {
      if (column == "epoch") return std::to_string(event.epoch);
      if (column == "lr") return number(lr_);
      const auto value = event.metrics->at(column, event.epoch);
      return value ? number(*value) : "";
    });
  }

  void run_ended(const fthost::RunEnded&) override {
    if (file_ != nullptr) file_->close();
    file_.reset();
  }

 private:
  template <class Cell>
  void write_row(const Cell& cell) {
    std::string row;
    for (const auto& column : columns_) {
      if (&column != &columns_.front()) row += ',';
      row += cell(column);
    }
    file_->write(row + "\n");
  }

  std::vector<std::string> columns_;
  std::unique_ptr<fthost::OutputFile> file_;
  double lr_ = 0;  ///< Of the epoch's last step.
};

}  // namespace

FTHOST_PLUGIN(fthost::component<CsvSink>("csv", "A line of figures per epoch in metrics.csv.")
                  .option("columns", fthost::texts().optional(),
                          "figures to write, in this order; epoch and lr are known besides those of metric sinks"))
