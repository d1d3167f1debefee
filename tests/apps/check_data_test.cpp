// fthost check --data.

#include <algorithm>
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
  CHECK(opening.out.find("/train.conll:4: error: ") != std::string::npos);
  CHECK(check(tiny, {"--set", "head.scheme=none"}).status == 0);
  tiny.folder().write("train.conll", "anna\tO\n");
  const auto too_long = check(tiny, {"--set", "data.max_length=100000"});
  CHECK(too_long.status == 2);
  CHECK(too_long.out.find("max_length is 100000, but the model takes ") != std::string::npos);
}

/// What stands between the table and the findings, with FILE for the training file.
std::string errors_of(const Outcome& outcome, const TinyPipeline& tiny) {
  const auto begin = outcome.out.find("\n\n") + 2;
  auto text = outcome.out.substr(begin, std::min(outcome.out.find("\n\n", begin), outcome.out.size() - 1) + 1 - begin);
  const auto file = std::filesystem::weakly_canonical(tiny.folder().path()).string() + "/train.conll";
  for (auto at = text.find(file); at != std::string::npos; at = text.find(file)) text.replace(at, file.size(), "FILE");
  return text;
}

TEST_CASE("check --data refuses what the head refuses, in the same words", "[unit][apps]") {
  const TinyPipeline tiny;
  const auto refused = [&](const std::string& train, const std::vector<std::string>& more = {}) {
    tiny.folder().write("train.conll", train);
    const auto outcome = check(tiny, more);
    CHECK(outcome.status == 2);
    return errors_of(outcome, tiny);
  };
  CHECK(refused("a\tB-X\nb\tO\nc\tS-X\n") ==
        "FILE:2: error: expected I-X or E-X behind B-X, found O (in BIOES, an entity ends with E)\n"
        "  the tags are taken for bioes\n"
        "  scheme = \"none\" in [head] takes the labels as they are\n");
  CHECK(refused("a\tI-X\nb\tB-X\n", {"--set", "head.scheme=iob2"}) ==
        "FILE:1: error: expected B-X behind O or at the start, found I-X (in IOB2, an entity begins with B)\n"
        "  the tags are taken for iob2\n"
        "  scheme = \"none\" in [head] takes the labels as they are\n");
  CHECK(refused("a\tB-X\nb\tFOO\n") ==
        "FILE:2: error: expected a tag such as O, B-TYPE or I-TYPE, found 'FOO'\n"
        "  the tags are taken for iob2\n"
        "  scheme = \"none\" in [head] takes the labels as they are\n");
  CHECK(refused("a\tB-X\nb\tO\n", {"--set", "head.labels=[\"O\", \"B-Y\"]"}) ==
        "FILE:1: error: the label 'B-X' is not among the head's 'labels'\n  did you mean 'B-Y'?\n");
}

TEST_CASE("check --data says nothing of labels when the training set cannot be read", "[unit][apps]") {
  const TinyPipeline tiny;
  std::filesystem::remove(tiny.folder().path() / "train.conll");
  tiny.folder().write("dev.conll", "to\tO\nparis\tI-LOC\n");
  const auto outcome = check(tiny);
  CHECK(outcome.status == 2);
  INFO(outcome.out);
  CHECK(errors_of(outcome, tiny) == "FILE: error: no such file\n");
  CHECK(outcome.out.find("warning: ") == std::string::npos);
  CHECK(outcome.out.find("\ndev             1 ") != std::string::npos);
}

TEST_CASE("check --data refuses a split of one sentence and a pipe, as a run does", "[unit][apps]") {
  const TinyPipeline tiny;
  auto text = tiny.read("tiny.toml");
  const std::string dev = "dev = \"dev.conll\"";
  tiny.folder().write("tiny.toml", text.replace(text.find(dev), dev.size(), "split = 0.5"));
  tiny.folder().write("train.conll", "a\tO\n");
  const auto one = check(tiny);
  CHECK(one.status == 2);
  CHECK(errors_of(one, tiny) ==
        "FILE: error: expected two sentences or more to keep a part for evaluation, found 1\n"
        "  give a file as `dev` instead of `split`\n");
  const auto no_file = check(tiny, {"--set", "data.train=/dev/null"});
  CHECK(no_file.status == 2);
  CHECK(no_file.out.find("error: /dev/null is no regular file\n") != std::string::npos);
}

TEST_CASE("check --data gives the rate of unknown tokens, whatever is cut", "[unit][apps]") {
  const TinyPipeline tiny;
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "\xE2\x98\x83\tO\n";
  tiny.folder().write("train.conll", words);
  const auto outcome = check(tiny, {"--set", "data.max_length=8", "--set", "data.long=truncate"});
  INFO(outcome.out.substr(0, 400));
  CHECK(outcome.out.find("\ntrain           1       1,000       1           8        1  100.00%\n") !=
        std::string::npos);
}

TEST_CASE("check --data lets no control character through to the terminal", "[unit][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("dev.conll", "a\tB-\x1B[31m\n");
  const auto out = check(tiny).out;
  CHECK(out.find('\x1B') == std::string::npos);
  CHECK(out.find("dev has the label 'B-\xEF\xBF\xBD[31m', train has not\n") != std::string::npos);
}

TEST_CASE("check --data gives errors of one form in JSON", "[unit][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("train.conll", "a\tB-X\nb\tFOO\n");
  const auto json = nlohmann::json::parse(check(tiny, {"--json"}).out);
  const auto file = std::filesystem::weakly_canonical(tiny.folder().path()).string() + "/train.conll";
  CHECK(
      json.at("errors") ==
      nlohmann::json::array(
          {{{"file", file},
            {"line", 2},
            {"column", 0},
            {"text", "expected a tag such as O, B-TYPE or I-TYPE, found 'FOO'"},
            {"hint", ""},
            {"notes", {"the tags are taken for iob2", "scheme = \"none\" in [head] takes the labels as they are"}}}}));
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
  CHECK(json.at("sets")[0].at("unknown_rate") == 0);
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
