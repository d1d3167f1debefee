#include <fthost/complaints.h>
#include <fthost/csv.h>
#include <fthost/error.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"

using fthost::Complaints;
using fthost::CsvFormat;
using fthost::CsvRecord;
using fthost::Encoding;

namespace {

using Record = std::vector<std::string>;

std::vector<Record> read(const std::string& text, const CsvFormat& format = {}) {
  std::istringstream in(text);
  Complaints complaints("words.csv");
  std::vector<Record> records;
  fthost::read_csv(in, format, complaints,
                   [&](const CsvRecord& r) { records.emplace_back(r.fields.begin(), r.fields.end()); });
  complaints.throw_if_any();
  return records;
}

std::string error_of(const std::string& text, const CsvFormat& format = {}) {
  return complaint([&] { read(text, format); });
}

std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

bool needs_quotes(const std::string& field) {
  return field.find_first_of(",\"\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("csv is read as RFC 4180 has it", "[unit][formats]") {
  struct Row {
    std::string name, text;
    std::vector<Record> records;
  };
  const std::vector<Row> rows = {
      {"nothing", "", {}},
      {"CRLF", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"LF, and no end of the last line", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"byte order mark", "\xEF\xBB\xBF\"a\",b\n", {{"a", "b"}}},
      {"empty fields", ",\na,\n,b\n\"\"\n", {{"", ""}, {"a", ""}, {"", "b"}, {""}}},
      {"empty lines are no records", "\n\na\n\r\nb\n\n", {{"a"}, {"b"}}},
      {"blanks belong to fields", " a , b\n", {{" a ", " b"}}},
      {"separators in quotes", "\"10,000\",CD\n", {{"10,000", "CD"}}},
      {"quotes in quotes", "\"\"\"\"\n\"say \"\"so\"\"\"\n", {{"\""}, {"say \"so\""}}},
      {"lines in quotes", "\"a\nb\",c\r\n\"d\r\n\r\ne\"\n", {{"a\nb", "c"}, {"d\r\n\r\ne"}}},
      {"a CR in quotes", "\"a\rb\"\n", {{"a\rb"}}},
      {"quotes that close at the end", "a,\"b\"", {{"a", "b"}}},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(read(row.text) == row.records);
  }
  CHECK(read("a;b,c;\"d;\"\n", {.separator = ';'}) == std::vector<Record>{{"a", "b,c", "d;"}});
}

TEST_CASE("csv in Latin-1 becomes UTF-8", "[unit][formats]") {
  std::string all;
  std::string expected;
  for (int byte = 0x80; byte < 0x100; ++byte) {
    all += static_cast<char>(byte);
    expected += static_cast<char>(0xC0 | byte >> 6);
    expected += static_cast<char>(0x80 | (byte & 0x3F));
  }
  const CsvFormat latin1{.encoding = Encoding::latin1};
  CHECK(read("x," + all + "\nplain,\"" + all + "\"\n", latin1) ==
        std::vector<Record>{{"x", expected}, {"plain", expected}});
}

TEST_CASE("csv records know their lines", "[unit][formats]") {
  std::istringstream in("a,b\n\n\"c\nd\",e\nf\n");
  Complaints complaints("x");
  std::string shown;
  fthost::read_csv(in, {}, complaints, [&](const CsvRecord& record) {
    shown += std::to_string(record.line) + "<" + std::string(record.source) + ">";
  });
  CHECK(shown == "1<a,b>3<>5<f>");
  CHECK(complaints.none());
}

TEST_CASE("csv that is wrong is named by file, line and column", "[unit][formats]") {
  CHECK(error_of("a,b\nc,5\" pipe\n\"d\"e,f\ng,\"h\ni,j\n") ==
        "words.csv:2:4: error: expected no quote in a field that does not begin with one\n"
        "    2 | c,5\" pipe\n"
        "      |    ^\n"
        "  put the field into quotes, and write each quote in it twice\n"
        "words.csv:3:4: error: expected a separator or the end of the line behind the closing quote, found 'e' (the "
        "quote was opened in line 3)\n"
        "    3 | \"d\"e,f\n"
        "      |    ^\n"
        "words.csv:4:3: error: expected a closing quote, found none to the end of the file\n"
        "    4 | g,\"h\n"
        "      |   ^\n");
  CHECK(error_of("\"a\nb\"ö\n") ==
        "words.csv:2:3: error: expected a separator or the end of the line behind the closing quote, found 'ö' (the "
        "quote was opened in line 1)\n"
        "    2 | b\"ö\n"
        "      |   ^\n");
  CHECK(error_of("a,b\rc,d\r") ==
        "words.csv:1:4: error: expected lines that end in LF or CRLF, found a CR alone\n"
        "    1 | a,b\xEF\xBF\xBD"
        "c,d\n"
        "      |    ^\n");
}

TEST_CASE("csv in another encoding than it is said to be is refused", "[unit][formats]") {
  CHECK(error_of("a\nGr\xF6\xDF"
                 "e\nb\xFF\n") ==
        "words.csv:2:3: error: expected UTF-8, found the byte 0xF6\n"
        "    2 | Gr\xEF\xBF\xBD\xEF\xBF\xBD"
        "e\n"
        "      |   ^ save the file as UTF-8\n"
        "words.csv:3:2: error: expected UTF-8, found the byte 0xFF\n"
        "    3 | b\xEF\xBF\xBD\n"
        "      |  ^ save the file as UTF-8\n");
  CHECK(error_of("\xEF\xBB\xBF"
                 "a,b\n",
                 {.encoding = Encoding::latin1}) ==
        "words.csv:1: error: expected Latin-1, found the byte order mark of UTF-8\n"
        "    1 | a,b\n"
        "  the file is in UTF-8: name that as its encoding\n");
}

TEST_CASE("csv in UTF-8 that is said to be Latin-1 is refused", "[unit][formats]") {
  const CsvFormat latin1{.encoding = Encoding::latin1};
  CHECK(error_of("a,b\nx,café\nGröße,y\n", latin1) ==
        "words.csv:2:6: error: expected Latin-1, but the file looks like UTF-8\n"
        "    2 | x,café\n"
        "      |      ^ encoding = \"utf-8\"\n");
  // One line that cannot be UTF-8 decides.
  CHECK(error_of("x,café\ncaf\xE9,y\n", latin1) == "no error");
  CHECK(error_of("caf\xE9,y\nx,café\n", latin1) == "no error");
  CHECK(error_of("plain,ASCII\n", latin1) == "no error");
}

TEST_CASE("csv lines and records may have 1 MiB and no more", "[unit][formats]") {
  const std::string most(1024 * 1024, 'x');
  CHECK(read(most + "\na\n") == std::vector<Record>{{most}, {"a"}});
  CHECK(error_of(most + "x\na\"\n") ==
        "words.csv:1: error: expected at most 1048576 bytes (1 MiB) in a line, found 1048577\n"
        "words.csv:2:2: error: expected no quote in a field that does not begin with one\n"
        "    2 | a\"\n"
        "      |  ^\n"
        "  put the field into quotes, and write each quote in it twice\n");
  std::string open = "a,\"b\n";
  for (int i = 0; i < 2000; ++i) open += std::string(999, 'x') + "\n";
  CHECK(error_of(open) ==
        "words.csv:1:3: error: expected a closing quote within 1 MiB, found none\n"
        "    1 | a,\"b\n"
        "      |   ^\n");
}

TEST_CASE("csv errors are shown up to the 20th and then counted", "[unit][formats]") {
  std::string text;
  for (int i = 0; i < 22; ++i) text += "a\"\n";
  const auto error = error_of(text);
  CHECK(error.find("words.csv:20:2: error") != std::string::npos);
  CHECK(error.find("words.csv:21") == std::string::npos);
  CHECK(error.ends_with("words.csv: error: 2 more errors are not shown\n"));
}

TEST_CASE("csv that was written is read back", "[unit][formats]") {
  const auto field = rc::gen::container<std::string>(rc::gen::elementOf(std::string("aZ0 ,;\"\"\r\n\t'")));
  const bool holds = rc::check("round trip", [&] {
    const auto records = *rc::gen::container<std::vector<Record>>(rc::gen::nonEmpty(rc::gen::container<Record>(field)));
    const auto end = *rc::gen::element<std::string>("\n", "\r\n");
    const bool quote_all = *rc::gen::arbitrary<bool>();
    std::string text;
    for (const auto& record : records) {
      std::string line;
      for (const auto& f : record) {
        if (&f != &record.front()) line += ",";
        line += quote_all || needs_quotes(f) || record.size() == 1 ? quoted(f) : f;
      }
      text += line + end;
    }
    RC_ASSERT(read(text) == records);
  });
  CHECK(holds);
}
