#include <fthost/entities.h>
#include <fthost/error.h>

#include <string>
#include <vector>

#include "core/score/conlleval.h"
#include "core/score/count.h"
#include "core/score/strict.h"
#include "tests/catch.h"

using fthost::Entity;
using fthost::Scheme;

namespace {

using Tags = std::vector<std::string>;

std::string text_of(const std::vector<Entity>& entities) {
  std::string text;
  for (const auto& e : entities) text += e.type + ":" + std::to_string(e.begin) + ":" + std::to_string(e.end) + ";";
  return text;
}

struct Row {
  Tags tags;
  std::vector<Entity> entities;
};

}  // namespace

TEST_CASE("entities are found in every scheme", "[unit][score]") {
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

TEST_CASE("entities are found strictly by IOB1", "[unit][score]") {
  const std::vector<Row> rows = {
      {{"I-PER", "I-PER", "O", "I-LOC"}, {{"PER", 0, 2}, {"LOC", 3, 4}}},
      {{"I-PER", "B-PER", "I-PER"}, {{"PER", 0, 1}, {"PER", 1, 3}}},
      {{"I-PER", "I-LOC"}, {{"PER", 0, 1}, {"LOC", 1, 2}}},
      {{"O", "B-PER", "I-PER"}, {{"PER", 2, 3}}},
      {{"I-PER", "B-LOC", "O"}, {{"PER", 0, 1}}},
  };
  for (const auto& row : rows) {
    INFO(text_of(row.entities));
    CHECK(fthost::find_entities_strict(row.tags, Scheme::iob1) == row.entities);
  }
}

TEST_CASE("the scheme that knows no entities has none, whatever the labels", "[unit][score]") {
  CHECK(fthost::find_entities_strict(Tags{"B-PER", "NOUN", ""}, Scheme::none).empty());
}

TEST_CASE("a flat score lets entities run over the end of a sentence", "[unit][score]") {
  const std::vector<Tags> gold = {{"O", "B-PER"}, {"I-PER", "O"}};
  const std::vector<Tags> predicted = {{"O", "B-PER"}, {"B-PER", "O"}};
  CHECK(fthost::score_entities(gold, predicted).micro.f1() == 1);
  const auto flat = fthost::score_entities_flat(gold, predicted);
  CHECK(flat.micro.gold == 1);
  CHECK(flat.micro.predicted == 2);
  CHECK(flat.micro.correct == 0);
  CHECK_THROWS_WITH(fthost::score_entities_flat(gold, std::vector<Tags>{{"O"}}),
                    "cannot score 1 predicted sentences against 2");
}

TEST_CASE("conlleval's own rules differ from seqeval's where they say so", "[unit][score]") {
  struct Case {
    const char* why;
    std::vector<Tags> gold, predicted;
    int correct, predicted_count, gold_count;
  };
  const std::vector<Case> cases = {
      {"S is unknown, so two of them are one entity", {{"S-A", "S-A"}}, {{"S-A", "S-A"}}, 1, 1, 1},
      {"B after E of its type goes on", {{"B-A", "E-A", "B-A"}}, {{"B-A", "E-A", "B-A"}}, 1, 1, 1},
      {"the prefix is all before the dash", {{"BX-A", "BX-A"}}, {{"BX-A", "O"}}, 0, 1, 1},
      {"a type behind O is a type", {{"O-A", "I-A"}}, {{"O", "I-A"}}, 1, 1, 1},
      {"a tag without a type has the empty one", {{"B", "I-A"}}, {{"B", "I"}}, 0, 1, 2},
      {"I after O opens an entity", {{"O", "B-A"}}, {{"O", "I-A"}}, 1, 1, 1},
      {"an entity ends with its sentence", {{"B-A"}, {"I-A"}}, {{"B-A"}, {"B-A"}}, 2, 2, 2},
      {"types are whole, dashes and all", {{"B-A-B"}}, {{"B-A"}}, 0, 1, 1},
  };
  for (const auto& c : cases) {
    INFO(c.why);
    const auto scores = fthost::score_entities_conlleval(c.gold, c.predicted);
    CHECK(scores.micro.correct == c.correct);
    CHECK(scores.micro.predicted == c.predicted_count);
    CHECK(scores.micro.gold == c.gold_count);
  }
  CHECK_THROWS_WITH(fthost::score_entities_conlleval(std::vector<Tags>{{"O"}}, std::vector<Tags>{}),
                    "cannot score 0 predicted sentences against 1");
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
  CHECK_THROWS_WITH(fthost::find_entities_strict(Tags{"B-PER", "E-PER"}, Scheme::iob2),
                    "the label 'E-PER' is not of the scheme IOB2: expected B-, I- or O");
  CHECK_THROWS_WITH(fthost::find_entities_strict(Tags{""}, Scheme::bioes),
                    "the label '' is not of the scheme BIOES: expected B-, I-, E-, S- or O");
}
