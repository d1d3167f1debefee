#include <fthost/entities.h>
#include <fthost/error.h>
#include <fthost/scheme.h>
#include <rapidcheck.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"

using fthost::Entity;
using fthost::Scheme;
using fthost::Sentence;
using Tags = std::vector<std::string>;

namespace {

/// A sentence in memory: how many words, and where its entities are.
struct Marked {
  int words = 0;
  std::vector<Entity> entities;
};

/// Entities of two types in random places, often one right behind the other.
rc::Gen<Marked> marked() {
  return rc::gen::exec([] {
    Marked sentence;
    const auto steps = *rc::gen::inRange(1, 6);
    for (int i = 0; i < steps; ++i) {
      sentence.words += *rc::gen::inRange(0, 2);
      const auto length = *rc::gen::inRange(1, 5);
      sentence.entities.push_back(
          {*rc::gen::element<std::string>("PER", "B-x"), sentence.words, sentence.words + length});
      sentence.words += length;
    }
    sentence.words += *rc::gen::inRange(0, 2);
    return sentence;
  });
}

/// Which letter a scheme gives to a word of an entity; `behind`: right behind another entity of its type.
char letter(Scheme scheme, bool first, bool last, bool behind) {
  if (scheme == Scheme::iob1) return first && behind ? 'B' : 'I';
  if (scheme == Scheme::iob2) return first ? 'B' : 'I';
  if (first && last) return 'S';
  return first ? 'B' : last ? 'E' : 'I';
}

Tags write(const Marked& sentence, Scheme scheme) {
  Tags tags(static_cast<std::size_t>(sentence.words), "O");
  for (std::size_t e = 0; e < sentence.entities.size(); ++e) {
    const auto& entity = sentence.entities[e];
    const bool behind =
        e > 0 && sentence.entities[e - 1].end == entity.begin && sentence.entities[e - 1].type == entity.type;
    for (auto i = entity.begin; i < entity.end; ++i)
      tags[static_cast<std::size_t>(i)] =
          std::string(1, letter(scheme, i == entity.begin, i + 1 == entity.end, behind)) + "-" + entity.type;
  }
  return tags;
}

Sentence labelled(Tags tags, std::uint32_t line = 1) {
  Sentence sentence;
  sentence.file = "train.conll";
  for (std::size_t i = 0; i < tags.size(); ++i) {
    sentence.words.push_back("w");
    sentence.lines.push_back(line + static_cast<std::uint32_t>(i));
  }
  sentence.labels = std::move(tags);
  return sentence;
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const fthost::InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string detection_error(const std::vector<Tags>& data) {
  std::vector<Sentence> train;
  std::uint32_t line = 1;
  for (const auto& tags : data) {
    train.push_back(labelled(tags, line));
    line += static_cast<std::uint32_t>(tags.size()) + 1;
  }
  return error_of([&] { fthost::detect_scheme(train); });
}

Scheme detected(Tags tags) {
  return fthost::detect_scheme(std::vector<Sentence>{labelled(std::move(tags))});
}

const std::string kNone = "  scheme = \"none\" in [head] takes the labels as they are\n";

}  // namespace

TEST_CASE("scheme is detected, and its entities read back", "[unit][data]") {
  for (const auto scheme : {Scheme::iob1, Scheme::iob2, Scheme::bioes}) {
    const bool holds = rc::check("write, detect, read", [&] {
      const auto sentence = *marked();
      const auto tags = write(sentence, scheme);
      RC_ASSERT(fthost::detect_scheme(std::vector<Sentence>{labelled(tags)}) == scheme);
      RC_ASSERT(fthost::find_entities(tags) == sentence.entities);
    });
    CHECK(holds);
  }
}

TEST_CASE("scheme IOB1 becomes IOB2", "[unit][data]") {
  const bool holds = rc::check("the same entities in IOB2", [] {
    const auto sentence = *marked();
    const auto iob2 = write(sentence, Scheme::iob2);
    RC_ASSERT(fthost::to_iob2(write(sentence, Scheme::iob1)) == iob2);
    RC_ASSERT(fthost::to_iob2(iob2) == iob2);
  });
  CHECK(holds);
  CHECK(fthost::to_iob2(Tags{"I", "I", "O", "I", "B"}) == Tags{"B", "I", "O", "B", "B"});
}

TEST_CASE("scheme is detected from little", "[unit][data]") {
  CHECK(detected({"O", "O"}) == Scheme::iob2);
  CHECK(detected({"B", "I", "O"}) == Scheme::iob2);
  CHECK(detected({"I", "I", "O"}) == Scheme::iob1);
  CHECK(detected({"S", "O"}) == Scheme::bioes);
  CHECK(detected({"NOUN", "VERB"}) == Scheme::none);
  CHECK(detected({"B", "NOUN"}) == Scheme::none);
}

TEST_CASE("scheme that is broken: its tags are named by file and line", "[unit][data]") {
  CHECK(
      detection_error({{"B-PER", "I-PER", "O"}, {"B-LOC", "I-PER"}, {"I-PER"}, {"B-PER"}, {"B-PER"}}) ==
      "train.conll:6: error: expected B-PER behind B-LOC, found I-PER (in IOB2, an entity begins with B)\n"
      "  the tags are taken for iob2\n" +
          kNone +
          "train.conll:8: error: expected B-PER behind O or at the start, found I-PER (in IOB2, an entity begins with "
          "B)\n");
  CHECK(detection_error({{"I-PER", "O"}, {"I-LOC", "I-PER"}, {"O", "B-PER"}}) ==
        "train.conll:8: error: expected I-PER behind O or at the start, found B-PER (in IOB1, B stands between two "
        "entities of one type only)\n"
        "  the tags are taken for iob1\n" +
            kNone);
  CHECK(
      detection_error({{"B-PER", "O"}, {"I-PER", "S-PER"}, {"B-PER", "I-PER"}}) ==
      "train.conll:2: error: expected I-PER or E-PER behind B-PER, found O (in BIOES, an entity ends with E)\n"
      "  the tags are taken for bioes\n" +
          kNone +
          "train.conll:4: error: expected B-PER or S-PER behind O or at the start, found I-PER (in BIOES, an entity "
          "begins with B or S)\n"
          "train.conll:5: error: expected I-PER or E-PER behind I-PER, found S-PER (in BIOES, an entity ends with E)\n"
          "train.conll:8: error: expected E-PER or S-PER at the end of the sentence, found I-PER\n");
}

TEST_CASE("scheme of labels that are tags in part: those are named", "[unit][data]") {
  CHECK(detection_error({{"B-PER", "PER", "b-PER", "B-"}}) ==
        "train.conll:2: error: expected a tag such as O, B-TYPE or I-TYPE, found 'PER'\n"
        "  the tags are taken for iob2\n" +
            kNone +
            "train.conll:3: error: expected a tag such as O, B-TYPE or I-TYPE, found 'b-PER'\n"
            "train.conll:4: error: expected a tag such as O, B-TYPE or I-TYPE, found 'B-'\n");
}

TEST_CASE("scheme that is named is required", "[unit][data]") {
  const std::vector<Sentence> train = {labelled({"B-PER", "I-PER", "E-PER"})};
  CHECK_NOTHROW(fthost::require_scheme(train, Scheme::none));
  CHECK_NOTHROW(fthost::require_scheme(train, Scheme::bioes));
  CHECK(error_of([&] { fthost::require_scheme(train, Scheme::iob2); }) ==
        "train.conll:3: error: IOB2 has no E-PER\n  the tags are taken for iob2\n" + kNone);
  CHECK(error_of([&] {
          fthost::require_scheme(train, Scheme::iob1);
        }).find("train.conll:3: error: IOB1 has no E-PER\n") != std::string::npos);
  CHECK(fthost::scheme_named("bioes") == Scheme::bioes);
  CHECK_FALSE(fthost::scheme_named("auto").has_value());
}

TEST_CASE("labels are required of every sentence of a set", "[unit][data]") {
  auto third = labelled({"O"}, 3), seventh = labelled({"O", "O"}, 7);
  third.labels.clear();
  seventh.labels.clear();
  const std::vector<Sentence> good = {labelled({"O"}, 1)};
  const std::vector<Sentence> bad = {labelled({"O"}, 1), third, labelled({"O"}, 5), seventh};
  CHECK_NOTHROW(fthost::require_labels({}, "dev"));
  CHECK_NOTHROW(fthost::require_labels(good, "dev"));
  const auto expected = [](const std::string& line, const std::string& name) {
    return "train.conll:" + line + ": error: expected a label for every word of the " + name +
           " data, found a sentence without labels\n  it starts with: w\n";
  };
  CHECK(error_of([&] { fthost::require_labels(bad, "dev"); }) == expected("3", "dev") + expected("7", "dev"));
  CHECK(error_of([&] { fthost::require_labels(bad); }) == expected("3", "training") + expected("7", "training"));
}

TEST_CASE("scheme and labels of a training set: one that is not listed is named", "[unit][data]") {
  const std::vector<Sentence> train = {labelled({"I-PER", "O", "I-PRE", "I-PRE"}, 3), labelled({"X"}, 9)};
  const Tags labels = {"O", "B-PER", "I-PER"};
  CHECK(error_of([&] { fthost::require_known(train, Scheme::iob1, labels); }) ==
        "train.conll:5: error: the label 'B-PRE' is not among the head's 'labels'\n"
        "  did you mean 'B-PER'?\n"
        "train.conll:6: error: the label 'I-PRE' is not among the head's 'labels'\n"
        "  did you mean 'I-PER'?\n"
        "train.conll:9: error: the label 'X' is not among the head's 'labels'\n");
  const std::vector<Sentence> good = {labelled({"I-PER", "O"})};
  CHECK(fthost::require_trainable(good, std::nullopt, labels) == Scheme::iob1);
  CHECK(fthost::require_trainable(train, Scheme::none, {}) == Scheme::none);
}
