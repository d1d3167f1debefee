#include <fthost/error.h>

#include <string>
#include <vector>

#include "plugins/ner/labels.h"
#include "tests/catch.h"

using fthost::Example;
using fthost::LabelOn;
using fthost::Labels;
using fthost::Scheme;
using fthost::Sentence;
using Ids = std::vector<std::int32_t>;

namespace {

Sentence labelled(std::vector<std::string> labels, std::uint32_t line = 1) {
  Sentence sentence;
  sentence.file = "train.conll";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sentence.words.push_back("w" + std::to_string(i));
    sentence.lines.push_back(line + static_cast<std::uint32_t>(i));
  }
  sentence.labels = std::move(labels);
  return sentence;
}

Sentence unlabelled(const std::string& word, std::uint32_t line) {
  return {{word}, {}, "train.conll", {line}};
}

std::string error_of(const std::vector<Sentence>& train) {
  Labels labels;
  try {
    labels.learn(train, Scheme::none);
  } catch (const fthost::InputError& error) {
    return error.what();
  }
  return "no error";
}

/// [CLS], the word 0 in two tokens, word 1 in one, word 2 in three, [SEP].
Example example_of_three_words() {
  Example example;
  example.tokens = {101, 1, 2, 3, 4, 5, 6, 102};
  example.words = {-1, 0, 0, 1, 2, 2, 2, -1};
  example.speakers = {{0, 1}, {1, 3}, {2, 4}};
  return example;
}

Labels some_labels() {
  Labels labels;
  labels.set({"O", "B-PER", "I-PER"});
  return labels;
}

Ids aligned(const Sentence& sentence, Example example, LabelOn on) {
  fthost::align(some_labels(), sentence, example, on, Scheme::none);
  return example.targets;
}

}  // namespace

TEST_CASE("ner labels are learned in an order of their own, O first", "[unit][plugins]") {
  Labels labels;
  const std::vector<Sentence> train = {labelled({"I-PER", "O"}), labelled({"B-PER", "B-LOC", "I-PER"})};
  labels.learn(train, Scheme::none);
  CHECK(labels.list() == std::vector<std::string>{"O", "B-LOC", "B-PER", "I-PER"});
  CHECK(labels.find("O") == 0);
  CHECK(labels.find("I-PER") == 3);
  CHECK_FALSE(labels.find("I-LOC").has_value());
}

TEST_CASE("ner labels need no O", "[unit][plugins]") {
  Labels labels;
  const std::vector<Sentence> train = {labelled({"VERB", "NOUN"})};
  labels.learn(train, Scheme::none);
  CHECK(labels.list() == std::vector<std::string>{"NOUN", "VERB"});
}

TEST_CASE("ner labels of a saved model keep their order", "[unit][plugins]") {
  Labels labels;
  labels.set({"B-PER", "O"});
  CHECK(labels.find("O") == 1);
  CHECK_THROWS_WITH(labels.set({"O", "B-PER", "O"}), "the label 'O' stands twice in the vocabulary");
  CHECK(labels.list().size() == 2);
}

TEST_CASE("ner labels name the sentences that have none", "[unit][plugins]") {
  CHECK(error_of({labelled({"O"}), unlabelled("Peter", 7)}) ==
        "train.conll:7: error: expected a label for every word of the training data, found a sentence without labels\n"
        "  it starts with: Peter\n");
  std::vector<Sentence> many;
  for (std::uint32_t line = 1; line <= 25; ++line) many.push_back(unlabelled("a", line));
  const auto text = error_of(many);
  CHECK(text.find("train.conll:20: error") != std::string::npos);
  CHECK(text.find("train.conll:21: error") == std::string::npos);
  CHECK(text.ends_with("train.conll: error: 5 more errors are not shown\n"));
}

TEST_CASE("ner alignment puts the label on the first token, or on all", "[unit][plugins]") {
  const auto sentence = labelled({"B-PER", "O", "I-PER"});
  CHECK(aligned(sentence, example_of_three_words(), LabelOn::first) == Ids{-100, 1, -100, 0, 2, -100, -100, -100});
  CHECK(aligned(sentence, example_of_three_words(), LabelOn::all) == Ids{-100, 1, 1, 0, 2, 2, 2, -100});
}

TEST_CASE("ner alignment leaves words alone that speak in another window", "[unit][plugins]") {
  auto example = example_of_three_words();
  example.speakers = {{1, 3}};
  const auto sentence = labelled({"B-PER", "O", "I-PER"});
  CHECK(aligned(sentence, example, LabelOn::first) == Ids{-100, -100, -100, 0, -100, -100, -100, -100});
  CHECK(aligned(sentence, example, LabelOn::all) == Ids{-100, -100, -100, 0, -100, -100, -100, -100});
}

TEST_CASE("ner alignment ignores labels that the vocabulary lacks", "[unit][plugins]") {
  CHECK(aligned(labelled({"B-LOC", "O", "I-LOC"}), example_of_three_words(), LabelOn::all) ==
        Ids{-100, -100, -100, 0, -100, -100, -100, -100});
  CHECK(aligned(labelled({}), example_of_three_words(), LabelOn::all) == Ids(8, -100));
}

TEST_CASE("ner alignment reaches the last token of an example without special ones", "[unit][plugins]") {
  Example example;
  example.tokens = {1, 2};
  example.words = {0, 0};
  example.speakers = {{0, 0}};
  CHECK(aligned(labelled({"B-PER"}), example, LabelOn::all) == Ids{1, 1});
}

TEST_CASE("ner labels of IOB1 are learned and aligned in IOB2", "[unit][plugins]") {
  const std::vector<Sentence> train = {labelled({"I-PER", "I-PER", "O", "I-LOC", "B-LOC"})};
  Labels labels;
  labels.learn(train, Scheme::iob1);
  CHECK(labels.list() == std::vector<std::string>{"O", "B-LOC", "B-PER", "I-PER"});
  auto example = example_of_three_words();
  fthost::align(labels, labelled({"I-PER", "I-PER", "I-LOC"}), example, LabelOn::first, Scheme::iob1);
  CHECK(example.targets == Ids{-100, 2, -100, 3, 1, -100, -100, -100});
}

TEST_CASE("ner messages show the beginning of long labels and words", "[unit][plugins]") {
  const std::string text(1'000'000, 'x');
  const std::string shown = std::string(80, 'x') + "…";
  CHECK(error_of({unlabelled(text, 7)}) ==
        "train.conll:7: error: expected a label for every word of the training data, found a sentence without labels\n"
        "  it starts with: " +
            shown + "\n");
  const std::vector<Sentence> train = {labelled({text}, 3)};
  CHECK_THROWS_WITH(fthost::require_known(train, Scheme::iob2, some_labels().list()),
                    "train.conll:3: error: the label '" + shown + "' is not among the head's 'labels'\n");
}
