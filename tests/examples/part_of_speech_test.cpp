#include <ATen/ATen.h>
#include <fthost/error.h>
#include <fthost/head.h>

#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/examples/example.h"

using namespace fthost;

namespace {

Sentence sentence(std::vector<std::string> words, std::vector<std::string> labels) {
  Sentence s;
  s.lines.assign(words.size(), 7);
  s.words = std::move(words);
  s.labels = std::move(labels);
  s.file = "train.conll";
  return s;
}

/// [CLS] walk ##ing home [SEP], where the window answers for both words.
Example walking_home() {
  Example example;
  example.tokens = {2, 10, 11, 12, 3};
  example.words = {-1, 0, 0, 1, -1};
  example.speakers = {{0, 1}, {1, 3}};
  return example;
}

}  // namespace

TEST_CASE("the example part-of-speech learns its labels by frequency", "[unit][examples]") {
  const auto head = open_example<Head>("part-of-speech", "part-of-speech");
  const std::vector<Sentence> train = {sentence({"a", "b", "c"}, {"VERB", "NOUN", "NOUN"}), sentence({"d"}, {"ADV"})};
  head->learn_labels(train);
  CHECK(head->labels() == std::vector<std::string>{"NOUN", "ADV", "VERB"});
  const std::vector<Sentence> unlabelled = {sentence({"a"}, {})};
  CHECK_THROWS_AS(head->learn_labels(unlabelled), InputError);
}

TEST_CASE("the example part-of-speech reads a word at its last token", "[unit][examples]") {
  const auto head = open_example<Head>("part-of-speech", "part-of-speech");
  head->set_labels({"NOUN", "VERB", "ADV"});
  auto example = walking_home();
  head->align(sentence({"walking", "home"}, {"VERB", "ADV"}), example);
  CHECK(example.targets == std::vector<std::int32_t>{kIgnoredLabel, kIgnoredLabel, 1, 2, kIgnoredLabel});
  head->align(sentence({"walking", "home"}, {"VERB", "X"}), example);
  CHECK(example.targets[3] == kIgnoredLabel);
  head->align(sentence({"walking", "home"}, {}), example);
  CHECK(example.targets == std::vector<std::int32_t>(5, kIgnoredLabel));

  auto logits = at::zeros({5, 3});
  logits[1][0] = 9;  // the first token of "walking" has no say
  logits[2][1] = 1;
  logits[3][2] = 1;
  CHECK(head->decode(logits, example) == std::vector<std::string>{"VERB", "ADV"});
}
