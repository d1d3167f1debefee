/// libFuzzer target: any bytes are sentences as a reader promises them, or an InputError whose messages can be shown;
/// the tags found in them can be scored. The first two bytes choose the format.

#include <fthost/columns.h>
#include <fthost/entities.h>
#include <fthost/error.h>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "core/formats/utf8.h"
#include "tests/fuzz/require.h"

namespace {

using fthost::require;

fthost::ColumnFormat format_of(std::uint8_t columns, std::uint8_t marks) {
  fthost::ColumnFormat format;
  format.word_column = columns % 5 - 2;
  if (columns >= 16) format.label_column = columns / 16 - 8;
  constexpr const char* separators[] = {"", "\t", " ", ",", "--"};
  format.separator = separators[marks % 5];
  if (marks >= 128) format.comment = "#";
  if (marks % 2 == 0) format.document_mark.clear();
  if (marks % 16 == 7) format.header = fthost::ColumnHeader::line;
  if (marks % 16 == 11) format.header = fthost::ColumnHeader::comment;
  if (format.header != fthost::ColumnHeader::none && columns % 2 == 0) format.word_name = "w";
  if (format.header != fthost::ColumnHeader::none && columns % 3 == 0) format.label_name = "t";
  return format;
}

void check(const fthost::Sentence& sentence, bool labelled) {
  require(!sentence.words.empty() && sentence.lines.size() == sentence.words.size());
  require(sentence.labels.size() == (labelled ? sentence.words.size() : 0));
  std::uint32_t before = 0;
  for (const auto line : sentence.lines) {
    require(line > before);
    before = line;
  }
  for (const auto& word : sentence.words)
    require(!word.empty() && fthost::utf8::first_bad_byte(word) == std::string::npos);
  for (const auto& label : sentence.labels) require(!label.empty());
  std::int32_t end = 0;
  for (const auto& entity : fthost::find_entities(sentence.labels)) {
    require(entity.begin < entity.end && entity.end > end);
    end = entity.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto format = format_of(data[0], data[1]);
  std::istringstream in(std::string(reinterpret_cast<const char*>(data) + 2, size - 2));
  std::vector<std::vector<std::string>> tags;
  try {
    fthost::read_columns(in, "fuzz.conll", format, [&](fthost::Sentence&& sentence) {
      check(sentence, format.label_column.has_value() || !format.label_name.empty());
      tags.push_back(std::move(sentence.labels));
    });
  } catch (const fthost::InputError& error) {
    require(!error.messages().empty() && error.messages().size() <= 21 && !std::string(error.what()).empty());
  }
  const auto scores = fthost::score_entities(tags, tags);
  require(scores.micro.correct == scores.micro.gold && scores.micro.predicted == scores.micro.gold);
  return 0;
}
