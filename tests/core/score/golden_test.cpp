#include <fthost/entities.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/score/conlleval.h"
#include "core/score/count.h"
#include "core/score/strict.h"
#include "tests/catch.h"

using fthost::EntityScores;
using fthost::Scheme;

namespace {

using Tags = std::vector<std::string>;

/// The twin of Draws in tests/golden/scores/generate.py.
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
  static const Tags types = {"A", "B", "A-B", "_", "é", "0"};
  static const Tags prefixes = {"B", "I", "E", "S", "O", "X", ".", "b", "é", "[", "]", "BI"};
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

std::string text_of(const std::vector<fthost::Entity>& entities) {
  std::string text;
  for (const auto& e : entities) text += e.type + ":" + std::to_string(e.begin) + ":" + std::to_string(e.end) + ";";
  return text;
}

std::string counts(const fthost::Score& score) {
  return std::to_string(score.correct) + ":" + std::to_string(score.predicted) + ":" + std::to_string(score.gold);
}

std::string text_of(const EntityScores& scores) {
  std::string text;
  for (const auto& [type, score] : scores.by_type) text += " " + type + ":" + counts(score);
  return text;
}

/// " " and the number's bits.
std::string bits(double number) {
  char text[24];
  std::snprintf(text, sizeof text, " %016llx", static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(number)));
  return text;
}

std::string nine_digits(double number) {
  char text[40];
  std::snprintf(text, sizeof text, " %.9f", number);
  return text;
}

std::string seqeval_name(Scheme scheme) {
  return scheme == Scheme::bioes ? "IOBES" : std::string(scheme_name(scheme));
}

/// The twin of text_of in generate.py.
std::string text_of_case(std::size_t number) {
  GoldenDraws draws(number);
  const int kind = static_cast<int>(number % 3);
  std::vector<Tags> gold;
  std::vector<Tags> predicted;
  std::string text;
  for (int i = 0; i < 3; ++i) {
    auto [wanted, found] = draw_pair(draws, kind);
    text += (i == 0 ? "" : "|") + text_of(fthost::find_entities(wanted));
    gold.push_back(std::move(wanted));
    predicted.push_back(std::move(found));
  }
  const auto scores = fthost::score_entities(gold, predicted);
  text += "\ndefault" + bits(scores.micro.f1()) + bits(fthost::score_entities_flat(gold, predicted).micro.f1());
  const auto macro = fthost::macro_averages(scores);
  for (const auto figure : {macro.precision, macro.recall, macro.f1}) text += nine_digits(figure);
  const auto conlleval = fthost::score_entities_conlleval(gold, predicted);
  text += text_of(scores) + "\nconlleval " + counts(conlleval.micro) + text_of(conlleval) + "\n";
  static const std::vector<Scheme> schemes[] = {{Scheme::iob1, Scheme::iob2}, {Scheme::bioes}, {}};
  for (const auto scheme : schemes[kind]) {
    const auto strict = fthost::score_entities_strict(gold, predicted, scheme);
    text += seqeval_name(scheme) + bits(strict.micro.f1()) + text_of(strict) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("scores are seqeval's and conlleval's on random tags, well-formed and malformed", "[unit][score]") {
  std::ifstream file(FTHOST_TEST_DATA "/golden/scores/hashes.txt");
  REQUIRE(file);
  std::size_t number = 0;
  for (std::string hash; file >> hash; ++number) {
    const auto text = text_of_case(number);
    if (fnv(text) != std::stoull(hash, nullptr, 16)) FAIL_CHECK("case " << number << " is not as generated:\n" << text);
  }
  CHECK(number == 10'000);
}
