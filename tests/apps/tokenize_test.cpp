// fthost tokenize.

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/program.h"
#include "tests/catch.h"

namespace fthost {
namespace {

const std::string kGolden = FTHOST_TEST_DATA "/golden/tokenizer/";

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Outcome tokenize(const std::vector<std::string>& more, const std::string& input) {
  std::vector<std::string> words = {"tokenize", kGolden + "cased"};
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words, ".", input);
}

TEST_CASE("tokenize writes what tokenizers makes of each line", "[unit][apps]") {
  const auto expected = content_of(kGolden + "lines.jsonl");
  REQUIRE(!expected.empty());
  const auto outcome = tokenize({kGolden + "lines.txt"}, "");
  CHECK(outcome.err.empty());
  CHECK(outcome.status == 0);
  CHECK(outcome.out == expected);
  CHECK(tokenize({}, content_of(kGolden + "lines.txt")).out == expected);
  CHECK(tokenize({"-"}, content_of(kGolden + "lines.txt")).out == expected);
}

TEST_CASE("tokenize leaves out special tokens when asked", "[unit][apps]") {
  CHECK(tokenize({"--no-special-tokens"}, "the\n\n").out ==
        "{\"tokens\":[\"th\",\"##e\"],\"ids\":[3893,142],\"word_ids\":[0,0],\"offsets\":[[0,2],[2,3]]}\n"
        "{\"tokens\":[],\"ids\":[],\"word_ids\":[],\"offsets\":[]}\n");
}

TEST_CASE("tokenize numbers the words between blanks when asked", "[unit][apps]") {
  const auto json = nlohmann::json::parse(tokenize({"--words"}, " don't \xC3\x89!\t\x01 the").out);
  CHECK(json.at("word_ids") == nlohmann::json::parse("[null,0,0,0,1,1,2,3,3,null]"));
  CHECK(json.at("offsets").back() == nlohmann::json::parse("[0,0]"));
  CHECK(json.at("offsets")[6] == nlohmann::json::parse("[10,11]"));
  CHECK(json.at("offsets")[8] == nlohmann::json::parse("[14,15]"));
  CHECK(tokenize({"--words", "--no-special-tokens"}, "\x01\xC2\x81\n").out ==
        "{\"tokens\":[\"[UNK]\"],\"ids\":[1],\"word_ids\":[0],\"offsets\":[[0,2]]}\n");
}

TEST_CASE("tokenize says what is wrong", "[unit][apps]") {
  const auto missing = run_program({"tokenize", kGolden + "cased", "nothere.txt"});
  CHECK(missing.status == 2);
  CHECK(missing.err == "nothere.txt: error: no such file\n");
  const auto no_model = run_program({"tokenize", "nowhere"}, ".", "a\n");
  CHECK(no_model.status == 2);
  CHECK(no_model.err.starts_with("nowhere: error: "));
  const auto too_long = tokenize({}, "a\n" + std::string((1U << 20) + 1, 'a') + "\n");
  CHECK(too_long.status == 2);
  CHECK(too_long.err == "standard input:2: error: expected at most 1048576 bytes (1 MiB) in a line, found 1048577\n");
}

}  // namespace
}  // namespace fthost
