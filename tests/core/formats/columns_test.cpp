#include <fthost/columns.h>
#include <fthost/error.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"

using fthost::ColumnFormat;
using fthost::Sentence;

namespace {

std::vector<Sentence> read(const std::string& text, const ColumnFormat& format = {}) {
  std::istringstream in(text);
  std::vector<Sentence> sentences;
  fthost::read_columns(in, "train.conll", format, [&](Sentence&& s) { sentences.push_back(std::move(s)); });
  return sentences;
}

/// "word/label word/label | …", with the lines when asked for.
std::string shown(const std::vector<Sentence>& sentences, bool lines = false) {
  std::string text;
  for (std::size_t s = 0; s < sentences.size(); ++s) {
    if (s > 0) text += " | ";
    const auto& sentence = sentences[s];
    for (std::size_t i = 0; i < sentence.words.size(); ++i) {
      text += (i == 0 ? "" : " ") + sentence.words[i];
      if (!sentence.labels.empty()) text += "/" + sentence.labels[i];
      if (lines) text += "@" + std::to_string(sentence.lines[i]);
    }
  }
  return text;
}

std::string error_of(const std::string& text, const ColumnFormat& format = {}) {
  try {
    read(text, format);
  } catch (const fthost::InputError& error) {
    return error.what();
  }
  return "no error";
}

ColumnFormat format_with(int word, std::optional<int> label) {
  ColumnFormat format;
  format.word_column = word;
  format.label_column = label;
  return format;
}

ColumnFormat named(fthost::ColumnHeader header, const std::string& word, const std::string& label) {
  ColumnFormat format;
  format.header = header;
  format.word_name = word;
  format.label_name = label;
  return format;
}

/// Reads a corpus that lies beside the checkout and checks its numbers; says so where it does not.
void check_corpus(const std::string& file, std::size_t sentences, std::size_t words, std::size_t kinds_of_labels) {
  const std::filesystem::path path = std::filesystem::path(FTHOST_SOURCE_DIR) / ".." / "shared" / "data" / file;
  if (!std::filesystem::exists(path)) {
    WARN("skipped: there is no " << path.string());
    return;
  }
  std::size_t found_sentences = 0;
  std::size_t found_words = 0;
  std::vector<std::string> labels;
  fthost::read_columns(path, {}, [&](Sentence&& sentence) {
    ++found_sentences;
    found_words += sentence.words.size();
    labels.insert(labels.end(), sentence.labels.begin(), sentence.labels.end());
  });
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  INFO(file);
  CHECK(found_sentences == sentences);
  CHECK(found_words == words);
  CHECK(labels.size() == kinds_of_labels);
}

}  // namespace

TEST_CASE("columns are read in every dialect", "[unit][formats]") {
  struct Row {
    std::string name, text, sentences;
  };
  const std::vector<Row> rows = {
      {"tabs", "EU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\n", "EU/B-ORG rejects/O | Peter/B-PER"},
      {"blanks", "EU NNP B-NP B-ORG\nrejects VBZ  B-VP O \n", "EU/B-ORG rejects/O"},
      {"a word with a blank between tabs", "New York\tB-LOC\n", "New York/B-LOC"},
      {"blanks around what stands between tabs", " EU \t B-ORG \n", "EU/B-ORG"},
      {"CRLF", "EU\tB-ORG\r\n\r\nPeter\tB-PER\r\n", "EU/B-ORG | Peter/B-PER"},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "EU\tB-ORG\n",
       "EU/B-ORG"},
      {"a byte order mark and nothing else", "\xEF\xBB\xBF", ""},
      {"no end of the last line", "EU\tB-ORG", "EU/B-ORG"},
      {"blank lines of blanks and tabs", "a\tO\n\t\nb\tO\n \t \nc\tO\n\t\r\nd\tO\n", "a/O | b/O | c/O | d/O"},
      {"many blank lines", "\n\n\na\tO\n\n\n\nb\tO\n\n\n", "a/O | b/O"},
      {"document marks", "-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\n-DOCSTART-\nPeter NNP B-NP B-PER\n",
       "EU/B-ORG | Peter/B-PER"},
      {"letters beyond ASCII", "Größe\tO\n東京\tB-LOC\n", "Größe/O 東京/B-LOC"},
      {"nothing", "", ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(shown(read(row.text)) == row.sentences);
  }
}

TEST_CASE("columns are chosen by number from either end", "[unit][formats]") {
  const std::string text = "1\tEU\tNNP\tB-ORG\n2\trejects\tVBZ\tO\n";
  CHECK(shown(read(text, format_with(1, -1))) == "EU/B-ORG rejects/O");
  CHECK(shown(read(text, format_with(-3, 2))) == "EU/NNP rejects/VBZ");
  CHECK(shown(read(text, format_with(1, std::nullopt))) == "EU rejects");
  CHECK(shown(read("EU\nrejects\n", format_with(0, std::nullopt))) == "EU rejects");
}

TEST_CASE("columns are chosen by the names of a first line", "[unit][formats]") {
  auto format = named(fthost::ColumnHeader::line, "word", "ner");
  CHECK(shown(read("id\tner\tword\n1\tB-ORG\tEU\n\n2\tO\tx\n", format), true) == "EU/B-ORG@2 | x/O@4");
  CHECK(shown(read("\n \nword ner\nEU B-ORG\n", format)) == "EU/B-ORG");
  format.comment = "#";
  format.separator = ",";
  CHECK(shown(read("# made by hand\nner , word\nO,# EU\n", format)) == "# EU/O");
  // Without names the header is a line to skip, and the columns are numbers.
  CHECK(shown(read("word ner\nEU B-ORG\n", named(fthost::ColumnHeader::line, "", ""))) == "EU/B-ORG");
  CHECK(shown(read("word ner x\nEU B-ORG 1\n", named(fthost::ColumnHeader::line, "", "ner"))) == "EU/B-ORG");
  CHECK(read("", format).empty());
}

TEST_CASE("columns are chosen by the names of CoNLL-U Plus", "[unit][formats]") {
  auto format = named(fthost::ColumnHeader::comment, "FORM", "NER");
  format.comment = "#";
  CHECK(shown(read("# global.columns = ID FORM NER\n# sent_id = 1\n1\t#\tO\n2\tNew York\tB-LOC\n", format)) ==
        "#/O New York/B-LOC");
  CHECK(shown(read("#global.columns=NER  FORM\nO\ta\n\n# global.columns = FORM NER\nb\tO\n", format)) == "a/O | b/O");
}

TEST_CASE("columns that the header does not name are refused at once", "[unit][formats]") {
  CHECK(error_of("id from ner ner\n1\n", named(fthost::ColumnHeader::line, "form", "ner")) ==
        "train.conll:1:4: error: no column is called 'form' (word_name = \"form\")\n"
        "    1 | id from ner ner\n"
        "      |    ^^^^ did you mean 'from'?\n"
        "train.conll:1: error: two columns are called 'ner' (label_name = \"ner\")\n"
        "    1 | id from ner ner\n");
  CHECK(error_of("id word tag\n", named(fthost::ColumnHeader::line, "word", "entities")) ==
        "train.conll:1: error: no column is called 'entities' (label_name = \"entities\")\n"
        "    1 | id word tag\n");
  auto format = named(fthost::ColumnHeader::comment, "FORM", "NER");
  format.comment = "#";
  CHECK(error_of("# global.columns = ID FROM NER\n", format) ==
        "train.conll:1:23: error: no column is called 'FORM' (word_name = \"FORM\")\n"
        "    1 | # global.columns = ID FROM NER\n"
        "      |                       ^^^^ did you mean 'FROM'?\n");
  CHECK(error_of("# text\nEU\tO\nx\tO\n", format) ==
        "train.conll:2: error: expected a line '# global.columns = …' above the first word, found none\n"
        "    2 | EU\tO\n");
  CHECK_THROWS_WITH(read("a b\n", named(fthost::ColumnHeader::none, "a", "b")),
                    "columns are asked for by name, but nothing is said to name them");
}

TEST_CASE("columns are cut at the separator asked for", "[unit][formats]") {
  ColumnFormat format;
  format.separator = " ||| ";
  CHECK(shown(read("EU ||| x ||| B-ORG\na\tb ||| y ||| O\n", format)) == "EU/B-ORG a\tb/O");
}

TEST_CASE("comments and document marks are what the format says", "[unit][formats]") {
  ColumnFormat format;
  CHECK(shown(read("#\tO\n", format)) == "#/O");
  format.comment = "# ";
  format.document_mark = "";
  CHECK(shown(read("# id 1\nEU\tO\n# in between\nx\tO\n-DOCSTART-\tO\n", format)) == "EU/O x/O -DOCSTART-/O");
}

TEST_CASE("sentences know their file and the lines of their words", "[unit][formats]") {
  const auto sentences = read("\n-DOCSTART- O\n\na O\nb O\n\t\nc O\n");
  CHECK(shown(sentences, true) == "a/O@4 b/O@5 | c/O@7");
  CHECK(sentences[0].file == "train.conll");
}

TEST_CASE("columns that are missing are named by file and line", "[unit][formats]") {
  CHECK(error_of("EU\tB-ORG\nrejects\n\nPeter\t\n\tO\n") ==
        "train.conll:2: error: expected 2 columns as in line 1, found 1\n"
        "    2 | rejects\n"
        "train.conll:4: error: expected text in column 1 (label_column = -1), found none\n"
        "    4 | Peter\t\n"
        "  columns count from 0\n"
        "train.conll:5: error: expected text in column 0 (word_column = 0), found none\n"
        "    5 | \tO\n"
        "  columns count from 0\n");
  CHECK(error_of("a b c\n", format_with(0, 3)) ==
        "train.conll:1: error: expected 4 columns or more (label_column = 3), found 3\n"
        "    1 | a b c\n");
  CHECK(error_of("a b\n", format_with(-3, -1)) ==
        "train.conll:1: error: expected 3 columns or more (word_column = -3), found 2\n"
        "    1 | a b\n");
}

TEST_CASE("a column that is missing is not taken from its neighbour", "[unit][formats]") {
  CHECK(error_of("EU NNP B-NP B-ORG\nrejects VBZ B-VP\n") ==
        "train.conll:2: error: expected 4 columns as in line 1, found 3\n"
        "    2 | rejects VBZ B-VP\n");
  CHECK(error_of("word ner x\nEU B-ORG 1\nx O\n", named(fthost::ColumnHeader::line, "word", "ner")) ==
        "train.conll:3: error: expected 3 columns as in line 1, found 2\n"
        "    3 | x O\n");
  // Columns counted from the start are where they are.
  CHECK(shown(read("a O x\nb O\n", format_with(0, 1))) == "a/O b/O");
  // A line without what is read is nothing to go by.
  CHECK(error_of("a\nb O\n") ==
        "train.conll:1: error: expected a word and a label, found 1 column\n"
        "    1 | a\n");
}

TEST_CASE("a word and a label in one column are refused at once", "[unit][formats]") {
  CHECK(error_of("a O\nb O\n", format_with(-1, 1)) ==
        "train.conll:1: error: word and label are both column 1 (word_column = -1, label_column = 1)\n"
        "    1 | a O\n"
        "  columns count from 0\n");
}

TEST_CASE("columns of gold and predicted labels must be there both", "[unit][formats]") {
  const ColumnFormat format{.label_column = -2, .predicted_column = -1};
  CHECK(error_of("a O\n\nb\n", format) ==
        "train.conll:1: error: expected word, gold and predicted label, found 2 columns\n"
        "    1 | a O\n"
        "train.conll:3: error: expected word, gold and predicted label, found 1 column\n"
        "    3 | b\n");
  CHECK(error_of("a NN O O\nb O O\n", format) ==
        "train.conll:2: error: expected 4 columns as in line 1, found 3\n"
        "    2 | b O O\n");
}

TEST_CASE("a document mark above the header is not the header", "[unit][formats]") {
  CHECK(shown(read("-DOCSTART- -X- O\n\nid word ner\n1 EU B-ORG\n",
                   named(fthost::ColumnHeader::line, "word", "ner"))) == "EU/B-ORG");
}

TEST_CASE("quotes mean nothing in columns, and messages say so", "[unit][formats]") {
  ColumnFormat format;
  format.separator = ",";
  CHECK(shown(read("\"EU\",B-ORG\n", format)) == "\"EU\"/B-ORG");
  CHECK(error_of("EU,B-ORG\n\"10,000\",O\n", format) ==
        "train.conll:2: error: expected 2 columns as in line 1, found 3\n"
        "    2 | \"10,000\",O\n"
        "  quotes mean nothing here: a separator between them ends the column too\n");
}

TEST_CASE("text that is not UTF-8 is named by file, line and column", "[unit][formats]") {
  CHECK(error_of("EU\tO\nGr\xF6\xDF"
                 "e\tO\n") ==
        "train.conll:2:3: error: expected UTF-8, found the byte 0xF6\n"
        "    2 | Gr\xEF\xBF\xBD\xEF\xBF\xBD"
        "e\tO\n"
        "      |   ^ save the file as UTF-8\n");
}

TEST_CASE("lines that end in CR alone are refused", "[unit][formats]") {
  CHECK(error_of("EU\tO\rPeter\tO\r") ==
        "train.conll:1:5: error: expected lines that end in LF or CRLF, found a CR alone\n"
        "    1 | EU\tO\xEF\xBF\xBDPeter\tO\n"
        "      |   \t ^\n");
}

TEST_CASE("a line may have 1 MiB and no more", "[unit][formats]") {
  const std::string word(1024 * 1024 - 2, 'x');
  CHECK(shown(read(word + "\tO\na\tO\n")) == word + "/O a/O");
  CHECK(error_of("a\tO\n" + word + "y\tO\nb\n") ==
        "train.conll:2: error: expected at most 1048576 bytes (1 MiB) in a line, found 1048577\n"
        "train.conll:3: error: expected 2 columns as in line 1, found 1\n"
        "    3 | b\n");
}

TEST_CASE("of many errors the first 20 are shown and the rest counted", "[unit][formats]") {
  const auto text_of = [](int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i) text += "word\n";
    return text;
  };
  const auto end = [](const std::string& text) { return text.substr(text.rfind("train.conll")); };
  CHECK(end(error_of(text_of(20))) ==
        "train.conll:20: error: expected a word and a label, found 1 column\n   20 | word\n");
  CHECK(end(error_of(text_of(21))) == "train.conll: error: 1 more error is not shown\n");
  CHECK(end(error_of(text_of(1020))) == "train.conll: error: 1000 more errors are not shown\n");
}

TEST_CASE("of a long line only the place is shown", "[unit][formats]") {
  CHECK(error_of(std::string(300, 'x') + "\n") ==
        "train.conll:1: error: expected a word and a label, found 1 column\n");
  CHECK(error_of(std::string(300, 'x') + "\xFF\tO\n") ==
        "train.conll:1:301: error: expected UTF-8, found the byte 0xFF\n"
        "  save the file as UTF-8\n"
        "  just after: " +
            std::string(60, 'x') + "\n");
}

TEST_CASE("nothing is taken from a file once something was wrong in it", "[unit][formats]") {
  std::istringstream in("a\tO\n\nb\tO\nc\n\nd\tO\n");
  std::size_t taken = 0;
  CHECK_THROWS_AS(fthost::read_columns(in, "x", {}, [&](Sentence&&) { ++taken; }), fthost::InputError);
  CHECK(taken == 1);
}

TEST_CASE("files that cannot be read are named", "[unit][formats]") {
  const auto message = [](const std::string& file) -> std::string {
    try {
      fthost::read_columns(std::filesystem::path(file), {}, [](Sentence&&) {});
    } catch (const fthost::InputError& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(message("missing.conll") == "missing.conll: error: no such file\n");
  CHECK(message(FTHOST_TEST_DATA) == FTHOST_TEST_DATA ": error: expected a file, found a folder\n");
}

TEST_CASE("what was written in columns is read back", "[unit][formats]") {
  const auto word = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("aZ0-#.,'\"|"))));
  const bool holds = rc::check("round trip", [&] {
    const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 6));
    const auto separator = *rc::gen::element<std::string>("\t", " ", "  ", " \t ");
    const auto end = *rc::gen::element<std::string>("\n", "\r\n");
    const auto blank = *rc::gen::element<std::string>("", " ", "\t", "\t \t");
    std::vector<Sentence> written;
    std::string text;
    for (const auto size : sizes) {
      auto& sentence = written.emplace_back();
      for (std::size_t i = 0; i < size; ++i) {
        sentence.words.push_back(*word);
        sentence.labels.push_back(*word);
        text += sentence.words.back() + separator + sentence.labels.back() + end;
      }
      text += blank + end;
    }
    RC_ASSERT(shown(read(text)) == shown(written));
  });
  CHECK(holds);
}

TEST_CASE("real corpora have their published sizes", "[unit][formats]") {
  check_corpus("wnut17/train.conll", 3394, 62730, 13);
  check_corpus("wnut17/dev.conll", 1009, 15733, 13);
  check_corpus("wnut17/test.conll", 1287, 23394, 13);
  check_corpus("ncbi-disease/train.tsv", 5432, 136086, 3);
  check_corpus("ncbi-disease/devel.tsv", 923, 23969, 3);
  check_corpus("ncbi-disease/test.tsv", 940, 24497, 3);
}
