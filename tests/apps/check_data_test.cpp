// fthost check --data.

#include <nlohmann/json.hpp>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

Outcome check(const TinyPipeline& tiny, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"check", "tiny.toml", "--data"};
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words, tiny.folder().path());
}

TEST_CASE("check --data prints a table of the sets and what it found", "[unit][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("train.conll", "anna\tB-PER\nwent\tO\n\npeter\tB-PER\nhome\tI-PER\n");
  tiny.folder().write("dev.conll", "anna\tB-PER\nwent\tO\n\nto\tO\nparis\tI-LOC\n");
  const auto outcome = check(tiny, {"--set", "data.max_length=3"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "tiny.toml: no errors\n");
  const auto folder = std::filesystem::weakly_canonical(tiny.folder().path()).string();
  const auto train = folder + "/train.conll:";
  const auto dev = folder + "/dev.conll:";
  INFO(outcome.out);
  CHECK(
      outcome.out.starts_with("set     sentences       words  labels      tokens   longer    [UNK]\n"
                              "train           2           4       3"));
  CHECK(outcome.out.find("\nwarning: entities that begin with I- or E-: 1\n  " + dev + "5: 'I-LOC' follows 'O'\n") !=
        std::string::npos);
  CHECK(outcome.out.find("\nwarning: labels that the training set lacks (no model can learn them): 1\n  " + dev +
                         "5: dev has the label 'I-LOC', train has not\n") != std::string::npos);
  CHECK(outcome.out.find("\nwarning: sentences longer than data.max_length: 4\n  " + train +
                         "1: the sentence of 2 words becomes 2 windows\n") != std::string::npos);
  CHECK(outcome.out.ends_with("\nwarning: sentences that an earlier set has too (figures on them say little): 1\n  " +
                              dev + "1: the sentence (dev) is in train too: " + train + "1\n"));
}

TEST_CASE("check --data ends with 2 when training would refuse the data", "[unit][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("train.conll", "anna\n");
  const auto outcome = check(tiny);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.find("/train.conll:1: error: expected a word and a label, found 1 column\n") != std::string::npos);
  tiny.folder().write("train.conll", "anna\tB-PER\n\nto\tO\nparis\tI-LOC\n");
  const auto opening = check(tiny);
  CHECK(opening.status == 2);
  CHECK(opening.out.find("\nerror: entities that begin with I- or E-: 1\n") != std::string::npos);
  CHECK(check(tiny, {"--set", "head.scheme=none"}).status == 0);
  tiny.folder().write("train.conll", "anna\tO\n");
  const auto too_long = check(tiny, {"--set", "data.max_length=100000"});
  CHECK(too_long.status == 2);
  CHECK(too_long.out.find("max_length is 100000, but the model takes ") != std::string::npos);
}

TEST_CASE("check --data writes JSON", "[unit][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("dev.conll", "to\tO\nparis\tI-LOC\n");
  const auto outcome = check(tiny, {"--json"});
  CHECK(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json.at("errors").empty());
  CHECK(json.at("warnings").empty());
  CHECK(json.at("sets")[0].at("name") == "train");
  CHECK(json.at("sets")[0].at("sentences") == 24);
  CHECK(json.at("findings").size() == 7);
  const auto& opening = json.at("findings")[1];
  CHECK(opening.at("kind") == "opening");
  CHECK(opening.at("severity") == "warning");
  CHECK(opening.at("count") == 1);
  CHECK(opening.at("first")[0].at("line") == 2);
  CHECK(opening.at("first")[0].at("text") == "'I-LOC' follows 'O'");
}

TEST_CASE("check --data goes on without a tokenizer that it knows", "[unit][apps]") {
  const TinyPipeline tiny;
  const auto outcome = check(tiny, {"--set", "model.path=."});
  CHECK(outcome.status == 2);  // there is no config.json either
  CHECK(outcome.out.find("warning: expected a tokenizer.json or a vocab.txt in this folder, found neither\n"
                         "  so nothing is said of tokens\n") != std::string::npos);
  CHECK(outcome.out.find("\ntrain          24 ") != std::string::npos);
}

}  // namespace
}  // namespace fthost
