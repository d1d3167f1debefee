#include "rows.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace gmb {
namespace {

constexpr std::size_t kShownNames = 10;

/// The first of them.
std::string listed(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  shown.reserve(kShownNames + 1);
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i) shown.push_back(fthost::shortened(names[i]));
  if (names.size() > kShownNames) shown.emplace_back("…");
  return fthost::comma_separated(shown);
}

std::string counted_fields(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " field" : " fields");
}

}  // namespace

void RowReader::read(const fthost::CsvRecord& record) {
  if (header_.empty()) return read_header(record);
  if (!well_formed(record)) return;
  const auto name = record.fields[sentence_column_];
  if (!name.empty() && name != sentence_name_) {
    finish();
    sentence_name_ = name;
  }
  if (sentence_name_.empty())
    return complaints_.add(
        record.about("expected the sentence's name in the first row ('" + names_.sentence + "'), found none"));
  sentence_.words.emplace_back(record.fields[word_column_]);
  sentence_.labels.emplace_back(record.fields[label_column_]);
  sentence_.lines.push_back(static_cast<std::uint32_t>(record.line));
}

void RowReader::finish() {
  if (sentence_.words.empty()) return;
  auto done = std::exchange(sentence_, {});
  done.file = complaints_.file();
  // Once something was wrong, the rest is only looked at, for more that is wrong.
  if (complaints_.none()) take_(std::move(done));
}

void RowReader::read_header(const fthost::CsvRecord& record) {
  header_.assign(record.fields.begin(), record.fields.end());
  sentence_column_ = find_column(record, "sentence_column", names_.sentence);
  word_column_ = find_column(record, "word_column", names_.word);
  label_column_ = find_column(record, "label_column", names_.label);
  complaints_.throw_if_any();
}

/// Complains when there is none, or more than one.
std::size_t RowReader::find_column(const fthost::CsvRecord& record, const char* option, const std::string& name) {
  const auto found = std::find(header_.begin(), header_.end(), name);
  const auto count = std::count(header_.begin(), header_.end(), name);
  if (count == 1) return static_cast<std::size_t>(found - header_.begin());
  auto message =
      record.about((count == 0 ? "no column is called '" : "two columns are called '") + name + "' (" + option + ")");
  if (count == 0) {
    if (const auto near = fthost::nearest_name(name, header_); !near.empty())
      message.notes.push_back("did you mean '" + std::string(near) + "'?");
    message.notes.push_back("the header names: " + listed(header_));
  }
  complaints_.add(std::move(message));
  return 0;
}

bool RowReader::well_formed(const fthost::CsvRecord& record) {
  if (record.fields.size() != header_.size()) {
    complaints_.add(record.about("expected " + counted_fields(header_.size()) + ", as in the header, found " +
                                 std::to_string(record.fields.size())));
    return false;
  }
  for (const auto* name : {&names_.word, &names_.label}) {
    const auto column = name == &names_.word ? word_column_ : label_column_;
    if (!record.fields[column].empty()) continue;
    complaints_.add(record.about("expected text in the column '" + *name + "', found none"));
    return false;
  }
  return true;
}

}  // namespace gmb
