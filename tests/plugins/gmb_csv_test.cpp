#include <fcntl.h>
#include <fthost/error.h>
#include <fthost/reader.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/formats/sha256.h"
#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/temporary_folder.h"

using fthost::OptionValue;
using fthost::Sentence;
using fthost::TemporaryFolder;
using Values = std::map<std::string, OptionValue, std::less<>>;

namespace {

const std::string kSmall =
    "Sentence #,Word,POS,Tag\r\n"
    "Sentence: 1,Caf\xE9,NN,B-org\r\n"
    ",\"10,000\",CD,O\r\n"
    ",\"\"\"\",``,O\r\n"
    "Sentence: 2,Iran,NNP,B-gpe\r\n";
const std::string kSmallRead = "Café/B-org@2 10,000/O@3 \"/O@4 | Iran/B-gpe@5 | ";

Values options_with(const std::string& sentence = "Sentence #", const std::string& word = "Word",
                    const std::string& label = "Tag", const std::string& encoding = "latin-1") {
  return {{"sentence_column", sentence}, {"word_column", word}, {"label_column", label}, {"encoding", encoding}};
}

std::vector<Sentence> sentences_of(const std::filesystem::path& file, const Values& options) {
  const auto reader = fthost::open_plugin<fthost::Reader>("gmb-csv", "gmb-csv", options);
  std::vector<Sentence> sentences;
  reader->read(file, [&](Sentence&& sentence) { sentences.push_back(std::move(sentence)); });
  return sentences;
}

/// What is read in the file, or its messages, with "FILE" for its path.
std::string read(const std::filesystem::path& file, const Values& options = options_with()) {
  std::string text;
  try {
    for (const auto& sentence : sentences_of(file, options)) {
      CHECK(sentence.file == file.string());
      for (std::size_t i = 0; i < sentence.words.size(); ++i)
        text += sentence.words[i] + "/" + sentence.labels[i] + "@" + std::to_string(sentence.lines[i]) + " ";
      text += "| ";
    }
  } catch (const fthost::InputError& error) {
    text = error.what();
  }
  for (auto at = text.find(file.string()); at != std::string::npos; at = text.find(file.string()))
    text.replace(at, file.string().size(), "FILE");
  return text;
}

std::string read_text(const std::string& text, const Values& options = options_with()) {
  const TemporaryFolder folder;
  return read(folder.write("data.csv", text), options);
}

std::filesystem::path write_zip(const std::filesystem::path& path, const std::map<std::string, std::string>& members,
                                const char* password = nullptr) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  REQUIRE(archive != nullptr);
  for (const auto& [name, bytes] : members) {
    if (name.ends_with('/')) {
      REQUIRE(zip_dir_add(archive, name.c_str(), 0) >= 0);
      continue;
    }
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const auto index = zip_file_add(archive, name.c_str(), source, 0);
    REQUIRE(index >= 0);
    if (password != nullptr)
      REQUIRE(zip_file_set_encryption(archive, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, password) == 0);
  }
  REQUIRE(zip_close(archive) == 0);
  return path;
}

std::string option_error(const Values& options) {
  try {
    fthost::open_plugin<fthost::Reader>("gmb-csv", "gmb-csv", options);
  } catch (const fthost::OptionError& error) {
    return error.option() + ": " + error.what();
  }
  return "no error";
}

/// As tests/golden/gmb-csv/generate.py hashes them.
std::string digests(const std::vector<Sentence>& sentences) {
  std::size_t words = 0;
  std::set<std::string> tags;
  std::string text, lines;
  for (std::size_t s = 0; s < sentences.size(); ++s) {
    const auto& sentence = sentences[s];
    words += sentence.words.size();
    tags.insert(sentence.labels.begin(), sentence.labels.end());
    for (std::size_t i = 0; i < sentence.words.size(); ++i)
      text += std::to_string(sentence.lines[i]) + "\t" + sentence.words[i] + "\t" + sentence.labels[i] + "\n";
    text += "\n";
    if ((s + 1) % 1000 != 0 && s + 1 != sentences.size()) continue;
    lines += fthost::sha256(text) + "\n";
    text.clear();
  }
  return std::to_string(sentences.size()) + " sentences " + std::to_string(words) + " words " +
         std::to_string(tags.size()) + " tags\n" + lines;
}

}  // namespace

TEST_CASE("gmb-csv reader reads a plain file and a zip alike", "[unit][plugins]") {
  const TemporaryFolder folder;
  CHECK(read(folder.write("small.csv", kSmall)) == kSmallRead);
  CHECK(read(write_zip(folder / "small.zip", {{"data/", ""}, {"data/small.csv", kSmall}})) == kSmallRead);
}

TEST_CASE("gmb-csv reader obeys its options", "[unit][plugins]") {
  CHECK(read_text("ner,id,token\nB-org,7,Größe\nO,7,x\nO,,y\nO,8,z\n", options_with("id", "token", "ner", "utf-8")) ==
        "Größe/B-org@2 x/O@3 y/O@4 | z/O@5 | ");
  CHECK(option_error(options_with("a", "b", "b")) ==
        "label_column: the label cannot be in the column of the word, 'b'");
  CHECK(option_error(options_with("a", "a", "b")) ==
        "sentence_column: the column 'a' holds the words or the labels already");
}

TEST_CASE("gmb-csv reader names columns that are missing", "[unit][plugins]") {
  CHECK(read_text("Sentence #,Wrod,POS,Tag,Tag\nSentence: 1,a,NN\n") ==
        "FILE:1: error: no column is called 'Word' (word_column)\n"
        "    1 | Sentence #,Wrod,POS,Tag,Tag\n"
        "  did you mean 'Wrod'?\n"
        "  the header names: Sentence #, Wrod, POS, Tag, Tag\n"
        "FILE:1: error: two columns are called 'Tag' (label_column)\n"
        "    1 | Sentence #,Wrod,POS,Tag,Tag\n");
}

TEST_CASE("gmb-csv reader shows ten names of a header and of each the beginning", "[unit][plugins]") {
  std::string header = std::string(90, 'x');
  for (char c = 'a'; c <= 'k'; ++c) header += std::string(",long-enough-not-to-be-near-") + c;
  std::string shown = std::string(80, 'x') + "…";
  for (char c = 'a'; c <= 'i'; ++c) shown += std::string(", long-enough-not-to-be-near-") + c;
  const auto missing = [&](const std::string& name, const std::string& option) {
    return "FILE:1: error: no column is called '" + name + "' (" + option + ")\n  the header names: " + shown + ", …\n";
  };
  CHECK(read_text(header + "\n") ==
        missing("Sentence #", "sentence_column") + missing("Word", "word_column") + missing("Tag", "label_column"));
}

TEST_CASE("gmb-csv reader names all rows that are wrong", "[unit][plugins]") {
  CHECK(read_text("Sentence #,Word,POS,Tag\n,a,NN,O\nSentence: 1,b,NN\n,,NN,O\n,c,NN,\n,\"d,NN,O\n") ==
        "FILE:2: error: expected the sentence's name in the first row ('Sentence #'), found none\n"
        "    2 | ,a,NN,O\n"
        "FILE:3: error: expected 4 fields, as in the header, found 3\n"
        "    3 | Sentence: 1,b,NN\n"
        "FILE:4: error: expected text in the column 'Word', found none\n"
        "    4 | ,,NN,O\n"
        "FILE:5: error: expected text in the column 'Tag', found none\n"
        "    5 | ,c,NN,\n"
        "FILE:6:2: error: expected a closing quote, found none to the end of the file\n"
        "    6 | ,\"d,NN,O\n"
        "      |  ^\n");
  CHECK(read_text(kSmall, options_with("Sentence #", "Word", "Tag", "utf-8"))
            .starts_with("FILE:2:16: error: expected UTF-8, found the byte 0xE9\n"));
}

TEST_CASE("gmb-csv reader refuses files and zips that it cannot use", "[unit][plugins]") {
  const TemporaryFolder folder;
  CHECK(read(folder / "none.zip") == "FILE: error: no such file\n");
  CHECK(read(folder.path()) == "FILE: error: expected a file, found a folder\n");
  CHECK(read(write_zip(folder / "two.zip", {{"a.csv", kSmall}, {"b.csv", kSmall}})) ==
        "FILE: error: expected one file in the zip, found 2: a.csv, b.csv\n");
  std::map<std::string, std::string> many;
  for (char c = 'a'; c <= 'k'; ++c) many[std::string(1, c)] = "x";
  CHECK(read(write_zip(folder / "many.zip", many)) ==
        "FILE: error: expected one file in the zip, found 11: a, b, c, d, e, f, g, h, i, j, …\n");
  CHECK(read(write_zip(folder / "folder.zip", {{"data/", ""}})) ==
        "FILE: error: expected one file in the zip, found none\n");
  CHECK(read(write_zip(folder / "mac.zip", {{"a.csv", kSmall}, {"__MACOSX/._a.csv", "x"}})) == kSmallRead);
  CHECK(read(write_zip(folder / "secret.zip", {{"a.csv", kSmall}}, "secret")) ==
        "FILE: error: expected a zip without a password, found an encrypted one\n");
}

TEST_CASE("gmb-csv reader refuses a pipe", "[unit][plugins]") {
  const TemporaryFolder folder;
  const auto path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int both_ends = ::open(path.c_str(), O_RDWR);  // opening one end alone would wait for the other
  REQUIRE(both_ends >= 0);
  REQUIRE(::write(both_ends, kSmall.data(), kSmall.size()) == static_cast<ssize_t>(kSmall.size()));
  CHECK(read(path) == "FILE: error: expected a file that can be read twice, found a pipe\n");
  ::close(both_ends);
}

TEST_CASE("gmb-csv reader says when a zip is damaged", "[unit][plugins]") {
  const TemporaryFolder folder;
  std::string text = "Sentence #,Word,POS,Tag\nS";
  for (int i = 0; i < 20000; ++i) text += ",w" + std::to_string(i * 7919) + ",NN,O\n";
  write_zip(folder / "whole.zip", {{"a.csv", text}});
  const auto whole = folder.read("whole.zip");
  CHECK(read(folder.write("cut.zip", whole.substr(0, whole.size() / 2)))
            .starts_with("FILE: error: expected a zip or a CSV file, found a damaged zip: "));
  auto flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 0x10);
  CHECK(read(folder.write("flipped.zip", flipped)).starts_with("FILE: error: the zip is damaged: "));
  // The central directory says how large the file is: first more than there is, then more than is read.
  const auto size_at = whole.rfind("PK\1\2") + 24;
  auto lying = whole;
  lying[size_at + 2] = static_cast<char>(lying[size_at + 2] + 1);
  CHECK(read(folder.write("lying.zip", lying)).find("damaged") != std::string::npos);
}

TEST_CASE("gmb-csv reader reads the corpus as Python's csv module does", "[unit][plugins]") {
  const std::filesystem::path corpus =
      std::filesystem::path(FTHOST_SOURCE_DIR) / ".." / "shared" / "data" / "gmb" / "ner_dataset.csv.zip";
  if (!std::filesystem::exists(corpus)) {
    WARN("skipped: there is no " << corpus.string());
    return;
  }
  std::ifstream in(FTHOST_TEST_DATA "/golden/gmb-csv/digests.txt");
  std::stringstream golden;
  golden << in.rdbuf();
  REQUIRE(golden.str().starts_with("47959 sentences 1048575 words 17 tags\n"));
  CHECK(digests(sentences_of(corpus, options_with())) == golden.str());
}
