// Opens the built library as fthost does, and lets it read little files.

#include <fthost/reader.h>
#include <fthost/testing.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace fthost;

namespace {

std::vector<Sentence> read(Reader& reader, const std::string& text) {
  const std::filesystem::path file = "plugin_name_test.csv";
  std::ofstream(file) << text;
  std::vector<Sentence> sentences;
  reader.read(file, [&](Sentence&& sentence) { sentences.push_back(std::move(sentence)); });
  return sentences;
}

}  // namespace

int main(int, char** arguments) {
  return testing::run([&] {
    using Texts = std::vector<std::string>;
    const auto reader = testing::open<Reader>(arguments[1], "plugin-name");
    const auto sentences = read(*reader, "words,labels\nAnna went,B-PER O\n\"Paris , London\",B-LOC O B-LOC\n");
    testing::check(sentences.size() == 2, "a sentence a row");
    testing::check(sentences.at(0).words == Texts{"Anna", "went"}, "words are apart by blanks");
    testing::check(sentences.at(1).labels == Texts{"B-LOC", "O", "B-LOC"}, "so are labels, in quotes or not");
    testing::check(sentences.at(1).lines == std::vector<std::uint32_t>{3, 3, 3}, "words know their line");

    const auto tokens = testing::open<Reader>(arguments[1], "plugin-name", "words_column = 'tokens'");
    testing::check(read(*tokens, "labels,tokens\nO,x\n").at(0).words == Texts{"x"}, "columns may be called otherwise");

    testing::check(testing::refusal([&] { read(*reader, "words,labels\na b,O\nc,O\nd\n"); }) ==
                       "plugin_name_test.csv:2: error: expected a label for each word, found 2 words and 1 labels\n"
                       "    2 | a b,O\n"
                       "plugin_name_test.csv:4: error: expected as many fields as the first row has\n"
                       "    4 | d\n",
                   "all that is wrong is said at once, by line");
  });
}
