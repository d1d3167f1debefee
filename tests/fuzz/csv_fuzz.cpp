/// libFuzzer target: any bytes are records of UTF-8 fields that read the same when they are written again, and messages
/// that can be shown; the reader gmb-csv makes sentences of them as a reader promises them. The first byte chooses the
/// format.

#include <fthost/complaints.h>
#include <fthost/csv.h>
#include <fthost/error.h>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "core/formats/utf8.h"
#include "plugins/gmb-csv/rows.h"
#include "tests/fuzz/require.h"

namespace {

using fthost::require;

using Records = std::vector<std::vector<std::string>>;

template <class Call>
bool complains(const Call& call) {
  try {
    call();
  } catch (const fthost::InputError& error) {
    require(!error.messages().empty() && error.messages().size() <= 21 && !std::string(error.what()).empty());
    return true;
  }
  return false;
}

/// All records; `wrong`: something was complained about.
Records read(const std::string& text, const fthost::CsvFormat& format, bool& wrong) {
  std::istringstream in(text);
  fthost::Complaints complaints("fuzz.csv");
  Records records;
  std::size_t line = 0;
  fthost::read_csv(in, format, complaints, [&](const fthost::CsvRecord& record) {
    require(!record.fields.empty() && record.line > line);
    line = record.line;
    records.emplace_back(record.fields.begin(), record.fields.end());
    for (const auto& field : records.back()) require(fthost::utf8::first_bad_byte(field) == std::string::npos);
  });
  wrong = complains([&] { complaints.throw_if_any(); });
  return records;
}

std::string written(const Records& records, char separator) {
  std::string text;
  for (const auto& record : records) {
    for (const auto& field : record) {
      text += &field == &record.front() ? "\"" : std::string(1, separator) + "\"";
      for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += "\r\n";
  }
  return text;
}

void read_sentences(const std::string& text, const fthost::CsvFormat& format) {
  std::istringstream in(text);
  fthost::Complaints complaints("fuzz.csv");
  const gmb::ColumnNames names{"s", "w", "t"};
  const std::function<void(fthost::Sentence &&)> take = [](fthost::Sentence&& sentence) {
    require(!sentence.words.empty() && sentence.labels.size() == sentence.words.size());
    require(sentence.lines.size() == sentence.words.size());
    for (const auto& word : sentence.words) require(!word.empty());
    for (const auto& label : sentence.labels) require(!label.empty());
  };
  complains([&] {
    gmb::RowReader rows(names, complaints, take);
    fthost::read_csv(in, format, complaints, [&](const fthost::CsvRecord& record) { rows.read(record); });
    rows.finish();
    complaints.throw_if_any();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto encoding = data[0] % 2 == 0 ? fthost::Encoding::utf8 : fthost::Encoding::latin1;
  const fthost::CsvFormat format{data[0] % 4 < 2 ? ',' : ';', encoding};
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool wrong = false;
  const auto records = read(text, format, wrong);
  const auto again = read(written(records, format.separator), {format.separator}, wrong);
  require(!wrong && again == records);
  read_sentences(text, format);
  read_sentences("s,w,t\n" + text, {',', encoding});
  return 0;
}
