#include <fthost/error.h>
#include <fthost/reader.h>

#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/examples/example.h"
#include "tests/temporary_folder.h"

using namespace fthost;

namespace {

std::vector<Sentence> read(const std::string& text, std::map<std::string, OptionValue, std::less<>> options = {}) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.jsonl", text);
  std::vector<Sentence> sentences;
  open_example<Reader>("jsonl-spans", "jsonl-spans", std::move(options))->read(file, [&](Sentence&& sentence) {
    CHECK(sentence.file == file.string());
    sentences.push_back(std::move(sentence));
  });
  return sentences;
}

/// The messages without the folder of the file.
std::string complaint(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    auto messages = error.messages();
    for (auto& message : messages) message.place.file = std::filesystem::path(message.place.file).filename().string();
    return render(messages);
  }
  return "none";
}

}  // namespace

TEST_CASE("jsonl-spans makes words and labels of texts and spans", "[unit][examples]") {
  const auto sentences = read(
      "{\"text\": \"Anna Bell's in S\\u00e3o Paulo.\", \"spans\": [{\"start\": 15, \"end\": 24, \"label\": \"LOC\"}, "
      "{\"start\": 0, \"end\": 9, \"label\": \"PER\"}]}\n"
      "\n"
      "{\"text\": \"nobody, nowhere\", \"spans\": []}\r\n"
      "{\"text\": \"\xc3\x9cmit left\"}\n");
  REQUIRE(sentences.size() == 3);
  CHECK(sentences[0].words == std::vector<std::string>{"Anna", "Bell", "'", "s", "in", "S\xc3\xa3o", "Paulo", "."});
  CHECK(sentences[0].labels == std::vector<std::string>{"B-PER", "I-PER", "O", "O", "O", "B-LOC", "I-LOC", "O"});
  CHECK(sentences[0].lines == std::vector<std::uint32_t>(8, 1));
  CHECK(sentences[1].words == std::vector<std::string>{"nobody", ",", "nowhere"});
  CHECK(sentences[1].labels == std::vector<std::string>{"O", "O", "O"});
  CHECK(sentences[1].lines == std::vector<std::uint32_t>(3, 3));
  CHECK(sentences[2].words == std::vector<std::string>{"\xc3\x9cmit", "left"});
  CHECK(sentences[2].labels.empty());
}

TEST_CASE("jsonl-spans looks under other keys", "[unit][examples]") {
  const auto sentences = read("{\"t\": \"a b\", \"s\": [{\"start\": 2, \"end\": 3, \"label\": \"X\"}], \"text\": 1}",
                              {{"text", std::string("t")}, {"spans", std::string("s")}});
  REQUIRE(sentences.size() == 1);
  CHECK(sentences[0].labels == std::vector<std::string>{"O", "B-X"});
}

TEST_CASE("jsonl-spans names every line that is wrong, and hands over nothing behind the first", "[unit][examples]") {
  const auto spans = [](const std::string& list) { return "{\"text\": \"Anna left\", \"spans\": [" + list + "]}\n"; };
  CHECK(
      complaint("{\"text\": \"fine\"}\n"
                "[1]\n"
                "{\"text\": 1}\n"
                "{\"text\": \" \"}\n"
                "{\"text\": \"a\", \"spans\": 1}\n" +
                spans("{\"start\": 1, \"end\": 4, \"label\": \"PER\"}") +
                spans("{\"start\": 4, \"end\": 4, \"label\": \"PER\"}") + spans("{\"start\": 0, \"end\": 4}") +
                spans("{\"start\": 4, \"end\": 5, \"label\": \"PER\"}") +
                spans("{\"start\": 0, \"end\": 4, \"label\": \"A\"}, {\"start\": 0, \"end\": 9, \"label\": \"B\"}")) ==
      "a.jsonl:2: error: expected an object with a text 'text'\n"
      "a.jsonl:3: error: expected an object with a text 'text'\n"
      "a.jsonl:4: error: 'text' holds no word\n"
      "a.jsonl:5: error: 'spans' must be a list\n"
      "a.jsonl:6: error: the span {\"end\":4,\"label\":\"PER\",\"start\":1} cuts through the word 'Anna'\n"
      "a.jsonl:7: error: a span needs 'start' and, behind it, 'end' as whole numbers and a 'label': "
      "{\"end\":4,\"label\":\"PER\",\"start\":4}\n"
      "a.jsonl:8: error: a span needs 'start' and, behind it, 'end' as whole numbers and a 'label': "
      "{\"end\":4,\"start\":0}\n"
      "a.jsonl:9: error: the span {\"end\":5,\"label\":\"PER\",\"start\":4} holds no word\n"
      "a.jsonl:10: error: two spans hold the word 'Anna'\n");
  int taken = 0;
  const TemporaryFolder folder;
  const auto file = folder.write("a.jsonl", "{\"text\": \"a\"}\n{\"text\": 1}\n{\"text\": \"b\"}\n");
  CHECK_THROWS_AS(open_example<Reader>("jsonl-spans", "jsonl-spans")->read(file, [&](Sentence&&) { ++taken; }),
                  InputError);
  CHECK(taken == 1);
  CHECK(complaint("{\"text\": \"a\"\n").starts_with("a.jsonl:1: error: "));
}
