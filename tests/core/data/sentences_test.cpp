#include "core/data/sentences.h"

#include <fthost/error.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"

using fthost::Sentence;

namespace {

/// Gives what it was told to.
class ListReader final : public fthost::Reader {
 public:
  explicit ListReader(std::vector<Sentence> sentences) : sentences_(std::move(sentences)) {}
  void read(const std::filesystem::path&, const std::function<void(Sentence&&)>& take) override {
    for (auto sentence : sentences_) take(std::move(sentence));
  }

 private:
  std::vector<Sentence> sentences_;
};

std::vector<Sentence> read(std::vector<Sentence> sentences) {
  ListReader reader(std::move(sentences));
  return fthost::read_sentences(reader, "train.conll");
}

Sentence sentence(const std::string& word) {
  return {{word, "b"}, {"O", "O"}, "train.conll", {1, 2}};
}

}  // namespace

TEST_CASE("sentences come in the order of the file", "[unit][data]") {
  const auto sentences = read({sentence("one"), {{"two"}, {}, "train.conll", {4}}});
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].words[0] == "one");
  CHECK(sentences[1].words[0] == "two");
  CHECK(sentences[1].labels.empty());
}

TEST_CASE("a file without sentences is an error of the user's", "[unit][data]") {
  CHECK_THROWS_AS(read({}), fthost::InputError);
  CHECK_THROWS_WITH(read({}), "train.conll: error: expected sentences, found none\n");
}

TEST_CASE("a reader that breaks its promises is told which", "[unit][data]") {
  const std::string start = "the reader gave a sentence that it must not give: number 2 of train.conll has ";
  const auto refused = [](Sentence wrong) { read({sentence("fine"), std::move(wrong)}); };
  CHECK_THROWS_WITH(refused({}), start + "no words");
  CHECK_THROWS_WITH(refused({{"a", ""}, {}, "", {1, 2}}), start + "an empty word at place 2");
  CHECK_THROWS_WITH(refused({{"a", "b"}, {"O"}, "", {1, 2}}), start + "1 labels for 2 words");
  CHECK_THROWS_WITH(refused({{"a"}, {"O"}, "", {}}), start + "0 line numbers for 1 words");
}

TEST_CASE("a split keeps each sentence whole and in the order of the file", "[unit][data]") {
  std::vector<Sentence> sentences;
  for (char c = 'a'; c < 'k'; ++c) sentences.push_back(sentence(std::string(1, c)));
  const auto split = fthost::split_sentences(std::move(sentences), 0.3, 2018);
  const auto words = [](const std::vector<Sentence>& part) {
    std::string text;
    for (const auto& s : part) text += s.words[0];
    return text;
  };
  CHECK(words(split.dev).size() == 3);
  std::string all = words(split.train) + words(split.dev);
  std::sort(all.begin(), all.end());
  CHECK(all == "abcdefghij");
  CHECK(std::is_sorted(split.train.begin(), split.train.end(),
                       [](const auto& a, const auto& b) { return a.words < b.words; }));
}

TEST_CASE("a single sentence cannot be split", "[unit][data]") {
  CHECK_THROWS_WITH(fthost::split_sentences({sentence("a")}, 0.1, 1),
                    "train.conll: error: expected two sentences or more to keep a part for evaluation, found 1\n"
                    "  give a file as `dev` instead of `split`\n");
}
