#include "core/engine/need_labels.h"

#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"

namespace fthost {
namespace {

Sentence sentence_at(std::uint32_t line, std::vector<std::string> labels) {
  Sentence sentence;
  sentence.file = "dev.conll";
  sentence.words = {"EU"};
  sentence.labels = std::move(labels);
  sentence.lines = {line};
  return sentence;
}

}  // namespace

TEST_CASE("sets that are measured on: all sentences without labels are named", "[unit][engine]") {
  const auto error_of = [](const std::vector<Sentence>& set) { return complaint([&] { need_labels(set, "dev"); }); };
  CHECK(error_of({}) == "no error");
  CHECK(error_of({sentence_at(1, {"O"})}) == "no error");
  CHECK(error_of({sentence_at(1, {"O"}), sentence_at(3, {}), sentence_at(5, {"O"}), sentence_at(7, {})}) ==
        "dev.conll:3: error: the dev set has a sentence without labels\n"
        "dev.conll:7: error: the dev set has a sentence without labels\n");
}

}  // namespace fthost
