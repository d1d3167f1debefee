#include "core/engine/predictions.h"

#include <fthost/error.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/engine/sentence_counter.h"
#include "tests/catch.h"

using namespace fthost;
using nlohmann::json;

namespace {

std::vector<Prediction> from_text(const std::string& text) {
  std::istringstream in(text);
  std::vector<Prediction> predictions;
  read_text(in, "f", [&](Prediction&& prediction) { predictions.push_back(std::move(prediction)); });
  return predictions;
}

}  // namespace

TEST_CASE("predictions: words of a text are what blanks keep apart, with their places in characters",
          "[unit][engine]") {
  const auto read = from_text("\xEF\xBB\xBF  zo\xC3\xAB  went,\tto \xE6\x9D\xB1\xE4\xBA\xAC .\r\n\n \t\nlast");
  REQUIRE(read.size() == 2);
  CHECK(read[0].text == "  zo\xC3\xAB  went,\tto \xE6\x9D\xB1\xE4\xBA\xAC .");
  CHECK(read[0].sentence.words ==
        std::vector<std::string>{"zo\xC3\xAB", "went,", "to", "\xE6\x9D\xB1\xE4\xBA\xAC", "."});
  CHECK(read[0].words == std::vector<TextSpan>{{2, 5}, {7, 12}, {13, 15}, {16, 18}, {19, 20}});
  CHECK(read[0].sentence.lines == std::vector<std::uint32_t>(5, 1));
  CHECK(read[1].sentence.words == std::vector<std::string>{"last"});
  CHECK(read[1].words == std::vector<TextSpan>{{0, 4}});
  CHECK(read[1].sentence.lines == std::vector<std::uint32_t>{4});
}

TEST_CASE("predictions: a line of a text has 1 MiB at most", "[unit][engine]") {
  const std::string longest(std::size_t{1} << 20, 'x');
  CHECK(from_text("a\n" + longest + "\n").size() == 2);
  CHECK_THROWS_WITH(from_text("a\n" + longest + "y\n"),
                    "f:2: error: expected at most 1048576 bytes (1 MiB) in a line, found 1048577\n");
}

TEST_CASE("predictions: words in columns stand in a text with a blank between them", "[unit][engine]") {
  std::istringstream in("zo\xC3\xAB\tB-PER\nwent\tO\n\nhome\tO\n");
  std::vector<Prediction> read;
  read_words(in, "f", [&](Prediction&& prediction) { read.push_back(std::move(prediction)); });
  REQUIRE(read.size() == 2);
  CHECK(read[0].text == "zo\xC3\xAB went");
  CHECK(read[0].words == std::vector<TextSpan>{{0, 3}, {4, 8}});
}

TEST_CASE("predictions: JSON has words, labels, scores, offsets and entities", "[unit][engine]") {
  auto prediction = from_text("zo\xC3\xAB  bell went to \xE6\x9D\xB1\xE4\xBA\xAC").at(0);
  prediction.sentence.labels = {"B-PER", "I-PER", "O", "O", "B-LOC"};
  prediction.scores = {.5, .75, 1, 1, .25};
  std::ostringstream out;
  write_json(out, prediction);
  CHECK(out.str().ends_with("}\n"));
  CHECK(json::parse(out.str()) ==
        json{{"text", "zo\xC3\xAB  bell went to \xE6\x9D\xB1\xE4\xBA\xAC"},
             {"words", {"zo\xC3\xAB", "bell", "went", "to", "\xE6\x9D\xB1\xE4\xBA\xAC"}},
             {"labels", {"B-PER", "I-PER", "O", "O", "B-LOC"}},
             {"scores", {.5, .75, 1., 1., .25}},
             {"offsets", json::array({{0, 3}, {5, 9}, {10, 14}, {15, 17}, {18, 20}})},
             {"entities",
              json::array({{{"type", "PER"}, {"start", 0}, {"end", 9}, {"text", "zo\xC3\xAB  bell"}, {"score", .625}},
                           {{"type", "LOC"},
                            {"start", 18},
                            {"end", 20},
                            {"text", "\xE6\x9D\xB1\xE4\xBA\xAC"},
                            {"score", .25}}})}});
}

TEST_CASE("predictions: bytes that are no UTF-8 count as one character each and become U+FFFD", "[unit][engine]") {
  auto prediction = from_text("a\xFF\xFE b").at(0);
  CHECK(prediction.words == std::vector<TextSpan>{{0, 3}, {4, 5}});
  prediction.sentence.labels = {"B-X", "O"};
  prediction.scores = {1, 1};
  std::ostringstream out;
  write_json(out, prediction);
  CHECK(json::parse(out.str()).at("entities").at(0).at("text") == "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("predictions: columns have a word and its label a line", "[unit][engine]") {
  auto prediction = from_text("to paris").at(0);
  prediction.sentence.labels = {"O", "B-LOC"};
  std::ostringstream out;
  write_columns(out, prediction);
  CHECK(out.str() == "to\tO\nparis\tB-LOC\n\n");
}

TEST_CASE("sentence counter: silent for two seconds, then a line in place or one every ten seconds", "[unit][engine]") {
  using namespace std::chrono_literals;
  const SentenceCounter::Time start{};
  const auto said = [&](const ConsoleStyle& style) {
    std::ostringstream out;
    SentenceCounter counter(&out, style, start);
    counter.advance(10, start + 1999ms);
    CHECK(out.str().empty());
    counter.advance(100, start + 2s);
    counter.advance(103, start + 2050ms);
    counter.clear();
    counter.advance(200, start + 4s);
    counter.advance(1300, start + 13s);
    counter.clear();
    return out.str();
  };
  CHECK(said({.live = true}) ==
        "\r\x1b[2Kpredict  100 sentences  50/s\r\x1b[2K\r\x1b[2Kpredict  200 sentences  50/s"
        "\r\x1b[2Kpredict  1300 sentences  100/s\r\x1b[2K");
  CHECK(said({}) == "predict  100 sentences  50/s\npredict  1300 sentences  100/s\n");
  CHECK(said({.quiet = true}).empty());
  SentenceCounter(nullptr, {}, start).advance(10, start + 5s);
}
