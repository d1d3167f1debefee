/// Reader `plugin-name`: a CSV file with a sentence a row, its words in one column and its labels in another, each
/// apart by blanks. The first row names the columns.

#include <fthost/csv.h>
#include <fthost/input_file.h>
#include <fthost/plugin.h>
#include <fthost/reader.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

std::vector<std::string> split(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> parts;
  for (std::string part; in >> part;) parts.push_back(part);
  return parts;
}

class PluginName final : public fthost::Reader {
 public:
  // The host has checked the options against their declaration below and filled in the defaults.
  explicit PluginName(const fthost::Options& options)
      : words_name_(options.text("words_column")), labels_name_(options.text("labels_column")) {}

  // One file from start to end; no more than one sentence is in memory. What is wrong is collected, so that the user
  // mends all of it in one go; `complaints` keeps the first messages and counts the rest.
  void read(const std::filesystem::path& file, const std::function<void(fthost::Sentence&&)>& take) override {
    auto in = fthost::open_input_file(file);
    fthost::Complaints complaints(file.string());
    std::optional<Columns> columns;
    fthost::read_csv(in, {}, complaints, [&](const fthost::CsvRecord& record) {
      if (!columns)
        columns = find_columns(record, complaints);
      else if (auto sentence = sentence_of(record, *columns, file, complaints))
        take(std::move(*sentence));
    });
    if (!columns && complaints.none()) {
      fthost::Message empty;
      empty.text = "the file is empty";
      complaints.add(std::move(empty));
    }
    complaints.throw_if_any();
  }

 private:
  struct Columns {
    std::size_t words, labels;
  };

  Columns find_columns(const fthost::CsvRecord& header, fthost::Complaints& complaints) const {
    const auto find = [&](const std::string& name) {
      const auto found = std::find(header.fields.begin(), header.fields.end(), name);
      if (found == header.fields.end()) complaints.add(header.about("there is no column '" + name + "'"));
      return static_cast<std::size_t>(found - header.fields.begin());
    };
    return {find(words_name_), find(labels_name_)};
  }

  static std::optional<fthost::Sentence> sentence_of(const fthost::CsvRecord& record, const Columns& columns,
                                                     const std::filesystem::path& file,
                                                     fthost::Complaints& complaints) {
    if (record.fields.size() <= std::max(columns.words, columns.labels)) {
      complaints.add(record.about("expected as many fields as the first row has"));
      return std::nullopt;
    }
    fthost::Sentence sentence;
    sentence.words = split(record.fields[columns.words]);
    sentence.labels = split(record.fields[columns.labels]);
    sentence.file = file.string();
    sentence.lines.assign(sentence.words.size(), static_cast<std::uint32_t>(record.line));
    if (sentence.words.empty() || sentence.words.size() != sentence.labels.size()) {
      complaints.add(record.about("expected a label for each word, found " + std::to_string(sentence.words.size()) +
                                  " words and " + std::to_string(sentence.labels.size()) + " labels"));
      return std::nullopt;
    }
    return sentence;
  }

  std::string words_name_, labels_name_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<PluginName>("plugin-name",
                                            "Read a CSV file of a sentence a row: its words, and its labels.")
                  .option("words_column", fthost::text().by_default("words"), "name of the column of the words")
                  .option("labels_column", fthost::text().by_default("labels"), "name of the column of the labels"))
