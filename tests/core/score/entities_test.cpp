#include <fthost/entities.h>
#include <fthost/error.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/score/count.h"
#include "core/score/strict.h"
#include "tests/catch.h"

using fthost::Entity;
using fthost::EntityScores;
using fthost::TagScheme;

namespace {

using Tags = std::vector<std::string>;

/// The twin of Draws in tests/golden/seqeval/generate.py.
class GoldenDraws {
 public:
  explicit GoldenDraws(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state_ >> 33) % n;
  }

 private:
  std::uint64_t state_;
};

/// The twin of draw_tag.
std::string draw_tag(GoldenDraws& draws, int kind) {
  static const Tags types = {"A", "B", "A-B", "_", "é"};
  static const Tags prefixes = {"B", "I", "E", "S", "O", "X", ".", "b", "é"};
  if (kind < 2) {
    const std::string letters = kind == 0 ? "BIO" : "BIESO";
    const char prefix = letters[draws.below(letters.size())];
    const auto& type = types[draws.below(3)];
    return prefix == 'O' ? "O" : std::string(1, prefix) + "-" + type;
  }
  const auto& prefix = prefixes[draws.below(prefixes.size())];
  const auto& type = types[draws.below(types.size())];
  switch (draws.below(6)) {
    case 0:
      return prefix;
    case 1:
      return prefix + type;
    case 2:
      return prefix + "-";
    case 5:
      return "O";
    default:
      return prefix + "-" + type;
  }
}

/// The twin of draw_pair.
std::pair<Tags, Tags> draw_pair(GoldenDraws& draws, int kind) {
  Tags gold(1 + draws.below(12));
  for (auto& tag : gold) tag = draw_tag(draws, kind);
  Tags predicted;
  for (const auto& tag : gold) predicted.push_back(draws.below(4) == 0 ? draw_tag(draws, kind) : tag);
  return {gold, predicted};
}

std::uint64_t fnv(const std::string& text) {
  std::uint64_t value = 0xCBF29CE484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return value;
}

std::string text_of(const std::vector<Entity>& entities) {
  std::string text;
  for (const auto& e : entities) text += e.type + ":" + std::to_string(e.begin) + ":" + std::to_string(e.end) + ";";
  return text;
}

std::string text_of(const EntityScores& scores) {
  std::string text;
  for (const auto& [type, s] : scores.by_type)
    text +=
        " " + type + ":" + std::to_string(s.correct) + ":" + std::to_string(s.predicted) + ":" + std::to_string(s.gold);
  return text;
}

/// Takes blank-separated fields up to "strict" or the end, each with a blank in front.
std::string counts_field(std::istringstream& line) {
  std::string counts;
  std::string field;
  while (line >> field && field != "strict") counts += " " + field;
  return counts;
}

void check_case(std::size_t number, const std::string& text) {
  std::istringstream line(text);
  int kind = 0;
  std::string hash;
  std::string f1;
  double macro = 0;
  line >> kind >> hash >> f1 >> macro;
  GoldenDraws draws(number);
  std::vector<Tags> gold;
  std::vector<Tags> predicted;
  std::string alone;
  for (int i = 0; i < 3; ++i) {
    auto [wanted, found] = draw_pair(draws, kind);
    alone += (i == 0 ? "" : "|") + text_of(fthost::find_entities(wanted));
    gold.push_back(std::move(wanted));
    predicted.push_back(std::move(found));
  }
  CHECK(fnv(alone) == std::stoull(hash, nullptr, 16));
  const auto scores = fthost::score_entities(gold, predicted);
  CHECK(scores.micro.f1() == std::strtod(f1.c_str(), nullptr));
  CHECK(fthost::macro_averages(scores).f1 == Approx(macro).epsilon(1e-12));
  CHECK(text_of(scores) == counts_field(line));
  if (kind == 2) return;
  line >> f1;
  const auto strict = fthost::score_entities_strict(gold, predicted, kind == 0 ? TagScheme::iob2 : TagScheme::iobes);
  CHECK(strict.micro.f1() == std::strtod(f1.c_str(), nullptr));
  CHECK(text_of(strict) == counts_field(line));
}

}  // namespace

TEST_CASE("entity scores are seqeval's on random tags, well-formed and malformed", "[unit][score]") {
  std::ifstream file(FTHOST_TEST_DATA "/golden/seqeval/counts.txt");
  REQUIRE(file);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line); ++number) {
    INFO("case " << number << ": " << line);
    check_case(number, line);
  }
  CHECK(number == 3000);
}

TEST_CASE("entities are found in every scheme", "[unit][score]") {
  struct Row {
    Tags tags;
    std::vector<Entity> entities;
  };
  const std::vector<Row> rows = {
      {{}, {}},
      {{"O", "O"}, {}},
      {{"B-PER", "I-PER", "O", "B-LOC"}, {{"PER", 0, 2}, {"LOC", 3, 4}}},
      {{"I-PER", "I-PER", "I-LOC"}, {{"PER", 0, 2}, {"LOC", 2, 3}}},
      {{"B-PER", "B-PER"}, {{"PER", 0, 1}, {"PER", 1, 2}}},
      {{"B-PER", "E-PER", "S-PER"}, {{"PER", 0, 2}, {"PER", 2, 3}}},
      {{"B-creative-work", "I-creative-work"}, {{"creative-work", 0, 2}}},
      {{"B", "I"}, {{"_", 0, 2}}},
      {{"I-PER", "", "I-PER"}, {{"PER", 0, 1}, {"PER", 2, 3}}},
  };
  for (const auto& row : rows) {
    INFO(text_of(row.entities));
    CHECK(fthost::find_entities(row.tags) == row.entities);
  }
}

TEST_CASE("an F1 without entities is 0", "[unit][score]") {
  const std::vector<Tags> tags = {{"O"}, {}};
  const auto scores = fthost::score_entities(tags, tags);
  CHECK(scores.micro.precision() == 0);
  CHECK(scores.micro.recall() == 0);
  CHECK(scores.micro.f1() == 0);
  CHECK(scores.by_type.empty());
  CHECK(fthost::macro_averages(scores).f1 == 0);
}

TEST_CASE("scoring refuses lists of different shape", "[unit][score]") {
  const std::vector<Tags> two = {{"O"}, {"O", "O"}};
  CHECK_THROWS_WITH(fthost::score_entities(two, std::vector<Tags>{{"O"}}),
                    "cannot score 1 predicted sentences against 2");
  CHECK_THROWS_WITH(fthost::score_entities(two, std::vector<Tags>{{"O"}, {"O"}}),
                    "cannot score sentence 2: 1 predicted labels for 2 words");
}

TEST_CASE("strict scoring refuses labels of another scheme", "[unit][score]") {
  CHECK_THROWS_WITH(fthost::find_entities_strict(Tags{"B-PER", "E-PER"}, TagScheme::iob2),
                    "the label 'E-PER' is not of the scheme IOB2: expected B-, I- or O");
  CHECK_THROWS_WITH(fthost::find_entities_strict(Tags{""}, TagScheme::iobes),
                    "the label '' is not of the scheme IOBES: expected B-, I-, E-, S- or O");
}
