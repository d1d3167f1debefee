#include <fthost/error.h>
#include <fthost/reader.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"

using fthost::OptionValue;
using Values = std::map<std::string, OptionValue, std::less<>>;

namespace {

Values options_with(std::int64_t word, std::int64_t label, const std::string& separator = "",
                    const std::string& comment = "", const std::string& mark = "-DOCSTART-") {
  return {{"word_column", word},
          {"label_column", label},
          {"separator", separator},
          {"comment", comment},
          {"document_mark", mark}};
}

Values named(const std::string& header, const std::string& word, const std::string& label) {
  auto options = options_with(0, -1);
  options["header"] = header;
  options["word_name"] = word;
  options["label_name"] = label;
  return options;
}

/// "option: message" of what the reader says when it is made.
std::string option_error(const Values& options) {
  try {
    fthost::open_plugin<fthost::Reader>("conll", "conll", options);
  } catch (const fthost::OptionError& error) {
    return error.option() + ": " + error.what();
  }
  return "no error";
}

/// A file that is there as long as the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("fthost-conll-" + std::to_string(getpid()) + ".conll")) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read(const std::string& text, const Values& options) {
  const TemporaryFile file(text);
  const auto reader = fthost::open_plugin<fthost::Reader>("conll", "conll", options);
  std::string shown;
  reader->read(file.path(), [&](fthost::Sentence&& sentence) {
    CHECK(sentence.file == file.path().string());
    for (std::size_t i = 0; i < sentence.words.size(); ++i) shown += sentence.words[i] + "/" + sentence.labels[i] + " ";
    shown += "| ";
  });
  return shown;
}

}  // namespace

TEST_CASE("conll reader reads words and labels", "[unit][plugins]") {
  CHECK(read("-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nPeter NNP B-NP B-PER\n",
             options_with(0, -1)) == "EU/B-ORG rejects/O | Peter/B-PER | ");
}

TEST_CASE("conll reader obeys its options", "[unit][plugins]") {
  CHECK(read("# note\n1;EU;B-ORG;x\nEND;EU;END\n2;rejects;O;x\n", options_with(1, 2, ";", "#", "x")) ==
        "EU/B-ORG EU/END rejects/O | ");
  CHECK(read("a;O\nEND;O\nb;O\n", options_with(0, 1, ";", "", "END")) == "a/O | b/O | ");
}

TEST_CASE("conll reader reports the line of a missing column", "[unit][plugins]") {
  const TemporaryFile file("EU\tB-ORG\nrejects\n");
  const auto reader = fthost::open_plugin<fthost::Reader>("conll", "conll", options_with(0, 2));
  CHECK_THROWS_WITH(reader->read(file.path(), [](fthost::Sentence&&) {}),
                    file.path().string() + ":1: error: expected 3 columns or more (label_column = 2), found 2\n" +
                        "    1 | EU\tB-ORG\n" + file.path().string() +
                        ":2: error: expected 3 columns or more (label_column = 2), found 1\n" + "    2 | rejects\n");
}

TEST_CASE("conll reader finds columns by name", "[unit][plugins]") {
  CHECK(read("ID FORM NER\n1 EU B-ORG\n\n2 x O\n", named("line", "FORM", "NER")) == "EU/B-ORG | x/O | ");
  CHECK(read("# global.columns = ID FORM NER MISC\n# text = EU\n1\tEU\tB-ORG\t_\n", named("comment", "FORM", "NER")) ==
        "EU/B-ORG | ");
}

TEST_CASE("conll reader wants word and label in two columns", "[unit][plugins]") {
  CHECK(option_error(options_with(1, 1)) == "label_column: the label cannot be in the column of the word, 1");
  CHECK(option_error(named("line", "a", "a")) == "label_name: the label cannot be in the column of the word, 'a'");
}

TEST_CASE("conll reader wants a header for names", "[unit][plugins]") {
  const std::string text =
      "_name: the column is asked for by name, so 'header' must say where the file has its names: \"line\" or "
      "\"comment\"";
  CHECK(option_error(named("none", "FORM", "")) == "word" + text);
  CHECK(option_error(named("none", "", "NER")) == "label" + text);
}
