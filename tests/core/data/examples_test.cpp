#include "core/data/examples.h"

#include <fthost/error.h>
#include <rapidcheck.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/data/table_tokenizer.h"

using fthost::Example;
using fthost::ExampleRules;
using fthost::Examples;
using fthost::LongSentences;
using fthost::make_examples;
using fthost::Sentence;
using fthost::TableTokenizer;
using Ids = std::vector<std::int32_t>;

namespace {

Sentence sentence_of(std::vector<std::string> words) {
  Sentence sentence;
  sentence.words = std::move(words);
  return sentence;
}

/// "a" has one piece, "bb" two, "ccc" three; other words have none.
TableTokenizer letters() {
  TableTokenizer tokenizer;
  tokenizer.pieces = {{"a", {10}}, {"bb", {20, 21}}, {"ccc", {30, 31, 32}}};
  return tokenizer;
}

/// "word@token" of each speaker.
std::string speakers_of(const Example& example) {
  std::string text;
  for (const auto& s : example.speakers)
    text += (text.empty() ? "" : " ") + std::to_string(s.word) + "@" + std::to_string(s.token);
  return text;
}

nlohmann::json golden() {
  std::ifstream file(FTHOST_TEST_DATA "/golden/windows/cases.json");
  return nlohmann::json::parse(file);
}

void check_windows(const std::vector<Example>& list, const nlohmann::json& expected, const Ids& sizes) {
  REQUIRE(list.size() == expected.size());
  for (std::size_t w = 0; w < list.size(); ++w) {
    const auto window = expected[w].get<std::vector<std::int32_t>>();
    Ids words = {-1};
    for (auto word = window[0]; word < window[1]; ++word)
      words.insert(words.end(), static_cast<std::size_t>(sizes[static_cast<std::size_t>(word)]), word);
    words.push_back(-1);
    CHECK(list[w].words == words);
    REQUIRE(list[w].speakers.size() == static_cast<std::size_t>(window[3] - window[2]));
    CHECK(list[w].speakers.front().word == window[2]);
    CHECK(list[w].speakers.back().word == window[3] - 1);
  }
}

}  // namespace

TEST_CASE("words become tokens between the special ones, and first tokens speak", "[unit][data]") {
  const std::vector<Sentence> sentences = {sentence_of({"a", "ccc", "bb"}), sentence_of({"bb"})};
  const auto made = make_examples(sentences, letters(), {});
  REQUIRE(made.list.size() == 2);
  CHECK(made.list[0].tokens == Ids{1, 10, 30, 31, 32, 20, 21, 2});
  CHECK(made.list[0].words == Ids{-1, 0, 1, 1, 1, 2, 2, -1});
  CHECK(speakers_of(made.list[0]) == "0@1 1@2 2@5");
  CHECK(made.list[0].targets.empty());
  CHECK(made.list[1].sentence == 1);
  CHECK(made.counts.sentences == 2);
  CHECK(made.counts.examples == 2);
  CHECK(made.counts.tokens == 12);
  CHECK(made.counts.cut == 0);
  CHECK(made.counts.windows == 0);
}

TEST_CASE("without special tokens there is room for two more", "[unit][data]") {
  const std::vector<Sentence> sentences = {sentence_of({"a", "ccc"})};
  const auto made = make_examples(sentences, letters(), {4, LongSentences::window, false});
  REQUIRE(made.list.size() == 1);
  CHECK(made.list[0].tokens == Ids{10, 30, 31, 32});
  CHECK(speakers_of(made.list[0]) == "0@0 1@1");
}

TEST_CASE("a word without pieces becomes one unknown token", "[unit][data]") {
  const std::vector<Sentence> sentences = {sentence_of({"a", "\xE2\x80\x8B", "a"})};
  const auto made = make_examples(sentences, letters(), {});
  CHECK(made.list[0].tokens == Ids{1, 10, 3, 10, 2});
  CHECK(speakers_of(made.list[0]) == "0@1 1@2 2@3");
  CHECK(made.counts.unknown_pieces == 1);
}

TEST_CASE("a long sentence becomes windows", "[unit][data]") {
  const std::vector<Sentence> sentences = {sentence_of(std::vector<std::string>(7, "bb"))};
  const auto made = make_examples(sentences, letters(), {10, LongSentences::window, true});
  REQUIRE(made.list.size() == 2);
  CHECK(made.list[0].words == Ids{-1, 0, 0, 1, 1, 2, 2, 3, 3, -1});
  CHECK(speakers_of(made.list[0]) == "0@1 1@3 2@5 3@7");
  CHECK(made.list[1].words == Ids{-1, 3, 3, 4, 4, 5, 5, 6, 6, -1});
  CHECK(speakers_of(made.list[1]) == "4@3 5@5 6@7");
  CHECK(made.list[0].id != made.list[1].id);
  CHECK(made.counts.cut == 1);
  CHECK(made.counts.windows == 2);
  CHECK(made.counts.lost_words == 0);
}

TEST_CASE("truncation loses the words past the cut and says how many", "[unit][data]") {
  const std::vector<Sentence> sentences = {sentence_of({"bb", "ccc", "a", "a"}), sentence_of({"a"})};
  const auto made = make_examples(sentences, letters(), {6, LongSentences::truncate, true});
  REQUIRE(made.list.size() == 2);
  CHECK(made.list[0].tokens == Ids{1, 20, 21, 30, 31, 2});
  CHECK(speakers_of(made.list[0]) == "0@1 1@3");
  CHECK(made.counts.cut == 1);
  CHECK(made.counts.lost_words == 2);
  CHECK(made.counts.windows == 0);
}

TEST_CASE("a word longer than the room keeps its first pieces", "[unit][data]") {
  const std::vector<Sentence> sentences = {sentence_of({"ccc", "a"})};
  const auto windows = make_examples(sentences, letters(), {4, LongSentences::window, true});
  REQUIRE(windows.list.size() == 2);
  CHECK(windows.list[0].tokens == Ids{1, 30, 31, 2});
  CHECK(windows.list[1].tokens == Ids{1, 10, 2});
  CHECK(windows.counts.cut_words == 1);
  const auto cut = make_examples(sentences, letters(), {4, LongSentences::truncate, true});
  REQUIRE(cut.list.size() == 1);
  CHECK(cut.list[0].tokens == Ids{1, 30, 31, 2});
  CHECK(cut.counts.cut_words == 1);
  CHECK(cut.counts.lost_words == 1);
}

TEST_CASE("a max_length without room for a word is refused", "[unit][data]") {
  CHECK_THROWS_WITH(make_examples({}, letters(), {2, LongSentences::window, true}),
                    "max_length is 2, which leaves no room for a word beside the special tokens");
  CHECK(make_examples({}, letters(), {1, LongSentences::window, false}).list.empty());
}

TEST_CASE("progress is told after every sentence", "[unit][data]") {
  const std::vector<Sentence> sentences(3, sentence_of({"a"}));
  std::string heard;
  make_examples(sentences, letters(), {}, [&](std::int64_t done, std::int64_t total) {
    heard += std::to_string(done) + "/" + std::to_string(total) + " ";
  });
  CHECK(heard == "1/3 2/3 3/3 ");
}

TEST_CASE("example ids are apart and depend on sentence and window alone", "[unit][data]") {
  std::set<std::uint64_t> ids;
  for (std::int64_t sentence = 0; sentence < 2000; ++sentence)
    for (std::int64_t window = 0; window < 20; ++window) ids.insert(fthost::example_id(sentence, window));
  CHECK(ids.size() == 40000);
  CHECK(fthost::example_id(0, 0) == 0x0397AB29740681D9U);
  CHECK(fthost::example_id(47958, 3) == 0xF648867FA9274A32U);
}

TEST_CASE("truncation and windows are those of the golden cases", "[unit][data]") {
  const auto cases = golden();
  TableTokenizer tokenizer;
  tokenizer.cls = cases["cls"];
  tokenizer.sep = cases["sep"];
  tokenizer.unk = cases["unk"];
  for (const auto& word : cases["words"]) tokenizer.pieces[word[0]] = word[1].get<Ids>();
  REQUIRE(cases["cases"].size() == 250);
  for (const auto& expected : cases["cases"]) {
    INFO(expected.dump());
    Sentence sentence;
    Ids sizes;
    const int max_length = expected["max_length"];
    for (const std::size_t word : expected["words"]) {
      sentence.words.push_back(cases["words"][word][0]);
      sizes.push_back(std::min(static_cast<std::int32_t>(cases["words"][word][1].size()), max_length - 2));
    }
    const auto truncated = make_examples({&sentence, 1}, tokenizer, {max_length, LongSentences::truncate, true});
    REQUIRE(truncated.list.size() == 1);
    CHECK(truncated.list[0].tokens == expected["truncated"]["tokens"].get<Ids>());
    CHECK(truncated.list[0].words == expected["truncated"]["words"].get<Ids>());
    const auto windows = make_examples({&sentence, 1}, tokenizer, {max_length, LongSentences::window, true});
    check_windows(windows.list, expected["windows"], sizes);
  }
}

TEST_CASE("over all windows every word speaks once, at its first token", "[unit][data]") {
  CHECK(rc::check("examples", [] {
    const auto words =
        rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "bb", "ccc", "?"));
    const auto lists = *rc::gen::container<std::vector<std::vector<std::string>>>(rc::gen::nonEmpty(words));
    const auto special = *rc::gen::arbitrary<bool>();
    const int max_length = *rc::gen::inRange(special ? 3 : 1, 20);
    std::vector<Sentence> sentences;
    for (const auto& list : lists) sentences.push_back(sentence_of(list));
    const auto made = make_examples(sentences, letters(), {max_length, LongSentences::window, special});
    std::vector<std::size_t> next(sentences.size(), 0);
    for (const auto& example : made.list) {
      RC_ASSERT(example.tokens.size() <= static_cast<std::size_t>(max_length));
      RC_ASSERT(example.tokens.size() == example.words.size());
      for (const auto& speaker : example.speakers) {
        auto& expected = next[static_cast<std::size_t>(example.sentence)];
        RC_ASSERT(static_cast<std::size_t>(speaker.word) == expected);
        ++expected;
        const auto token = static_cast<std::size_t>(speaker.token);
        RC_ASSERT(example.words[token] == speaker.word);
        RC_ASSERT((token == 0 || example.words[token - 1] != speaker.word));
      }
    }
    for (std::size_t i = 0; i < sentences.size(); ++i) RC_ASSERT(next[i] == sentences[i].words.size());
  }));
}
