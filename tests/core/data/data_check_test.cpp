#include "core/data/data_check.h"

#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/data/table_tokenizer.h"

namespace fthost {
namespace {

using Texts = std::vector<std::string>;

/// Words w0, w1 …, a line each from `line` on.
Sentence sentence(const Texts& labels, std::uint32_t line = 1, const std::string& word = "w") {
  Sentence made{.labels = labels, .file = "f"};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    made.words.push_back(word + std::to_string(i));
    made.lines.push_back(line + static_cast<std::uint32_t>(i));
  }
  return made;
}

/// "2: f:3: text | f:4: text".
std::string shown(const DataCheck& check, DataFault fault) {
  const auto& finding = check.of(fault);
  std::string text = std::to_string(finding.count) + ":";
  for (const auto& message : finding.first)
    text += (text.ends_with(':') ? " " : " | ") + message.place.file + ":" + std::to_string(message.place.line) + ": " +
            message.text;
  return text;
}

DataCheck check(const std::vector<Sentence>& train, const std::vector<Sentence>& dev = {},
                const Tokenizer* tokenizer = nullptr, const ExampleRules& rules = {},
                std::optional<Scheme> scheme = Scheme::none) {
  const std::vector<NamedSentences> sets = {{"train", train}, {"dev", dev}};
  return check_data(sets, tokenizer, rules, scheme);
}

TEST_CASE("data check finds entities that begin inside", "[unit][data]") {
  const auto found = check({sentence({"B-X", "I-X", "I-Y", "O", "I-X", "E-X"}), sentence({"I-Y", "S-Y", "E-Y"}, 10)});
  CHECK(shown(found, DataFault::opening) ==
        "4: f:3: 'I-Y' follows 'I-X' | f:5: 'I-X' follows 'O' | f:10: 'I-Y' opens the sentence | f:12: 'E-Y' follows "
        "'S-Y'");
}

TEST_CASE("data check takes I- for an opening in IOB1, and says nothing where the scheme is not known",
          "[unit][data]") {
  const std::vector<Sentence> train = {sentence({"I-X", "B-X", "O", "I-Y"})};
  const std::vector<Sentence> dev = {sentence({"O", "I-X"}, 1, "v")};
  CHECK(shown(check(train, dev, nullptr, {}, Scheme::iob1), DataFault::opening) == "0:");
  CHECK(shown(check(train, dev, nullptr, {}, std::nullopt), DataFault::opening) == "0:");
  CHECK(shown(check({}, dev, nullptr, {}, Scheme::iob2), DataFault::opening) == "1: f:2: 'I-X' follows 'O'");
}

TEST_CASE("data check calls no label unknown without the training set", "[unit][data]") {
  const std::vector<Sentence> dev = {sentence({"B-X"})}, test = {sentence({"B-Y"})};
  const std::vector<NamedSentences> sets = {{"dev", dev}, {"test", test}};
  const auto found = check_data(sets, nullptr, {}, std::nullopt);
  CHECK(shown(found, DataFault::unknown_label) == "0:");
  CHECK(shown(found, DataFault::duplicate) == "1: f:1: the sentence (test) is in dev too: f:1");
}

TEST_CASE("data check finds labels that only later sets have, each once", "[unit][data]") {
  const auto found = check({sentence({"O", "B-X"})}, {sentence({"B-Y", "O", "B-Y", "B-X", "B-Z"}, 1, "v")});
  CHECK(shown(found, DataFault::unknown_label) ==
        "2: f:1: dev has the label 'B-Y', train has not | f:5: dev has the label 'B-Z', train has not");
  CHECK(found.sets[0].labels == 2);
  CHECK(found.sets[1].labels == 4);
}

TEST_CASE("data check finds sentences without labels", "[unit][data]") {
  const Sentence bare{.words = {"a"}, .file = "f", .lines = {7}};
  CHECK(shown(check({bare}), DataFault::unlabelled) == "1: f:7: the sentence has no labels (train)");
}

TEST_CASE("data check finds sentences that an earlier set has", "[unit][data]") {
  const auto found =
      check({sentence({"O", "O"}, 3), sentence({"O", "O"}, 6)}, {sentence({"O", "B-X"}, 9), sentence({"O"})});
  CHECK(shown(found, DataFault::duplicate) == "1: f:9: the sentence (dev) is in train too: f:3");
}

TEST_CASE("data check tells sentences apart whose words hold line ends and blanks", "[unit][data]") {
  const Sentence one{.words = {"a\n1 b"}, .file = "f", .lines = {1}};
  const Sentence two{.words = {"a", "b"}, .file = "f", .lines = {2, 3}};
  const Sentence three{.words = {"a\nb"}, .file = "f", .lines = {4}};
  CHECK(shown(check({one, two}, {three}), DataFault::duplicate) == "0:");
}

TEST_CASE("data check counts tokens and finds what is cut or unknown", "[unit][data]") {
  TableTokenizer tokenizer;
  tokenizer.pieces = {{"w0", {10}}, {"w1", {11, 12, 13, 14}}, {"w2", {3}}};
  const std::vector<Sentence> train = {sentence({"O", "O", "O"}), sentence({"O", "O", "O", "O"}, 5)};
  const auto found = check(train, {}, &tokenizer, {.max_length = 5});
  CHECK(found.sets[0].words == 7);
  CHECK(found.sets[0].pieces == 13);
  CHECK(found.sets[0].tokens.unknown_pieces == 3);
  CHECK(shown(found, DataFault::long_sentence) ==
        "2: f:1: the sentence of 3 words becomes 3 windows | f:5: the sentence of 4 words becomes 3 windows");
  CHECK(shown(found, DataFault::long_word) == "2: f:2: a word of 4 tokens | f:6: a word of 4 tokens");
  CHECK(shown(found, DataFault::unknown_word) ==
        "3: f:3: 'w2' | f:7: 'w2' | f:8: the tokenizer drops all of it: U+0077 U+0033");
  const auto cut = check(train, {}, &tokenizer, {.max_length = 6, .long_sentences = LongSentences::truncate});
  CHECK(shown(cut, DataFault::long_sentence) ==
        "2: f:1: the sentence of 3 words is cut: 1 word is lost | f:5: the sentence of 4 words is cut: 2 words are "
        "lost");
}

TEST_CASE("data check counts what the words became, whatever is cut or seen twice", "[unit][data]") {
  TableTokenizer tokenizer;
  tokenizer.pieces = {{"w0", {10}}, {"w1", {11, 12, 13, 14}}, {"w2", {3}}};
  const std::vector<Sentence> train = {sentence(Texts(4, "O")), sentence({"O"})};
  for (const auto how : {LongSentences::window, LongSentences::truncate}) {
    CHECK(check(train, {}, &tokenizer, {.max_length = 4, .long_sentences = how}).sets[0].pieces == 8);
    CHECK(check(train, {}, &tokenizer, {.max_length = 20, .long_sentences = how}).sets[0].pieces == 8);
  }
  CHECK(check(train, {}, &tokenizer, {.max_length = 2, .special_tokens = false}).sets[0].pieces == 8);
}

TEST_CASE("data check says of a sentence with one long word that it is cut", "[unit][data]") {
  TableTokenizer tokenizer;
  tokenizer.pieces = {{"w0", {11, 12, 13, 14}}};
  const std::vector<Sentence> train = {sentence({"O"})};
  for (const auto how : {LongSentences::window, LongSentences::truncate})
    CHECK(shown(check(train, {}, &tokenizer, {.max_length = 5, .long_sentences = how}), DataFault::long_sentence) ==
          "1: f:1: the sentence of 1 word is cut: of a word only the beginning is seen");
}

TEST_CASE("data check shows the first twenty and counts all", "[unit][data]") {
  const auto found =
      check({sentence({"O", "B-X"})}, {sentence(Texts(30, "I-X"), 1, "v"), sentence(Texts(1, "E-X"), 40)});
  CHECK(found.of(DataFault::opening).count == 2);
  std::vector<Sentence> many(25, sentence({"I-X"}));
  many.push_back(sentence({"B-X"}));
  const auto opened = check(many);
  CHECK(opened.of(DataFault::opening).count == 25);
  CHECK(opened.of(DataFault::opening).first.size() == 20);
}

}  // namespace
}  // namespace fthost
