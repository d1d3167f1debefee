// fthost score.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"
#include "tests/catch.h"

namespace fthost {
namespace {

// Of PER one entity is found and one missed; a LOC that begins with I counts by the default rules only.
constexpr const char* kFile =
    "anna\tB-PER\tB-PER\nbell\tI-PER\tI-PER\nin\tO\tO\nparis\tB-LOC\tI-LOC\n\n"
    "peter\tB-PER\tO\nslept\tO\tO\n";

TEST_CASE("score prints a table for each way to find entities", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", kFile);
  const auto outcome = run_program({"score", "scored.conll"}, folder.path());
  CHECK(outcome.err.empty());
  CHECK(outcome.status == 0);
  CHECK(outcome.out ==
        "2 sentences, 6 words\n"
        "\n"
        "default (as seqeval)\n"
        "            precision    recall        f1   support\n"
        "  LOC          1.0000    1.0000    1.0000         1\n"
        "  PER          1.0000    0.5000    0.6667         2\n"
        "  micro        1.0000    0.6667    0.8000         3\n"
        "  macro        1.0000    0.7500    0.8333         3\n"
        "\n"
        "strict (as seqeval, IOB2)\n"
        "            precision    recall        f1   support\n"
        "  LOC          0.0000    0.0000    0.0000         1\n"
        "  PER          1.0000    0.5000    0.6667         2\n"
        "  micro        1.0000    0.3333    0.5000         3\n"
        "  macro        0.5000    0.2500    0.3333         3\n"
        "\n"
        "conlleval\n"
        "            precision    recall        f1   support\n"
        "  LOC          1.0000    1.0000    1.0000         1\n"
        "  PER          1.0000    0.5000    0.6667         2\n"
        "  micro        1.0000    0.6667    0.8000         3\n"
        "  macro        1.0000    0.7500    0.8333         3\n");
}

TEST_CASE("score widens its tables for long types and names those without a type", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", "a B-creative-wörk O\nb I I\n");
  const auto out = run_program({"score", "scored.conll"}, folder.path()).out;
  CHECK(out.find("\n  creative-wörk     0.0000    0.0000    0.0000         1\n") != std::string::npos);
  CHECK(out.find("\n  (none)            1.0000    1.0000    1.0000         1\n") != std::string::npos);
}

TEST_CASE("score reads standard input once", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", kFile);
  const auto of_file = run_program({"score", "scored.conll", "--json"}, folder.path());
  CHECK(run_program({"score", "--json"}, folder.path(), kFile).out == of_file.out);
  CHECK(run_program({"score", "-", "--json"}, folder.path(), kFile).out == of_file.out);
  const auto wrong = run_program({"score"}, folder.path(), "a B-X I\nb X O\n");
  CHECK(wrong.status == 2);
  CHECK(wrong.err == "standard input:2: error: expected a tag such as O, B-TYPE or I-TYPE, found 'X'\n");
}

TEST_CASE("score tells of labels and of columns in one go", "[unit][apps]") {
  const auto outcome = run_program({"score"}, ".", "a LOC O\nb O PER\n\nc\td\te\t\n\nf B-X O\n");
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "standard input:1: error: expected a tag such as O, B-TYPE or I-TYPE, found 'LOC'\n"
        "standard input:2: error: expected a tag such as O, B-TYPE or I-TYPE, found 'PER'\n"
        "standard input:4: error: expected 3 columns as in line 1, found 4\n"
        "    4 | c\td\te\t\n");
}

TEST_CASE("score lets no control character through to the terminal", "[unit][apps]") {
  const auto outcome = run_program({"score"}, ".", "a B-\x1B[31m O\n");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find('\x1B') == std::string::npos);
  CHECK(outcome.out.find("\n  \xEF\xBF\xBD[31m        0.0000    0.0000    0.0000         1\n") != std::string::npos);
}

TEST_CASE("score writes JSON", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", kFile);
  const auto scores = nlohmann::json::parse(run_program({"score", "scored.conll", "--json"}, folder.path()).out);
  const auto expected = [](double precision, double recall, double f1, int support) {
    return nlohmann::json{{"precision", precision}, {"recall", recall}, {"f1", f1}, {"support", support}};
  };
  CHECK(scores.at("default").at("types").at("LOC") == expected(1, 1, 1, 1));
  CHECK(scores.at("strict").at("types").at("LOC") == expected(0, 0, 0, 1));
  CHECK(scores.at("strict").at("micro") == expected(1, 1.0 / 3, 0.5, 3));
  CHECK(scores.at("strict").at("macro") == expected(0.5, 0.25, 1.0 / 3, 3));
  CHECK(scores.at("conlleval") == scores.at("default"));
  CHECK(scores.size() == 3);
}

TEST_CASE("score takes labels with E and S for BIOES", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", "anna B-PER B-PER\nbell E-PER E-PER\nparis S-LOC B-LOC\n");
  const auto outcome = run_program({"score", "scored.conll"}, folder.path());
  CHECK(outcome.out.find("strict (as seqeval, BIOES)\n"
                         "            precision    recall        f1   support\n"
                         "  LOC          0.0000    0.0000    0.0000         1\n"
                         "  PER          1.0000    1.0000    1.0000         1\n"
                         "  micro        1.0000    0.5000    0.6667         2\n") != std::string::npos);
}

TEST_CASE("score goes by the scheme that it is told", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", "anna I-PER I-PER\nbell B-PER I-PER\n");
  const auto f1 = [&](const std::string& scheme) {
    const auto out = run_program({"score", "scored.conll", "--json", "--scheme", scheme}, folder.path()).out;
    return nlohmann::json::parse(out).at("strict").at("micro").at("support").get<int>();
  };
  CHECK(f1("auto") == 1);
  CHECK(f1("iob2") == 1);
  CHECK(f1("iob1") == 2);
  CHECK(f1("bioes") == 0);
  CHECK(f1("IOB1") == 2);
  for (const std::string name : {"bilou", "none", "None"}) {
    const auto unknown = run_program({"score", "scored.conll", "--scheme", name}, folder.path());
    CHECK(unknown.status == 2);
    CHECK(unknown.err == "fthost: error: --scheme is 'auto', 'iob1', 'iob2' or 'bioes', not '" + name + "'\n");
  }
  folder.write("ends.conll", "anna S-PER S-PER\n");
  const auto ends = run_program({"score", "ends.conll", "--scheme", "iob1"}, folder.path());
  CHECK(ends.status == 2);
  CHECK(ends.err ==
        "fthost: error: --scheme iob1 has no labels that begin with E or S, but there are some\n"
        "  --scheme bioes has them\n");
}

TEST_CASE("score calls BIOES by one name, and takes the other", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", "anna B-PER B-PER\nbell I-PER I-PER\nparis O O\n");
  const auto scored = [&](const std::string& scheme) {
    return run_program({"score", "scored.conll", "--scheme", scheme}, folder.path());
  };
  const auto bioes = scored("bioes"), iobes = scored("iobes");
  CHECK(bioes.status == 0);
  CHECK(bioes.out.find("strict (as seqeval, BIOES)\n") != std::string::npos);
  CHECK(iobes.status == 0);
  CHECK(iobes.out == bioes.out);
}

TEST_CASE("score says what is wrong with its file", "[unit][apps]") {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& bytes) {
    folder.write("f.conll", bytes);
    const auto outcome = run_program({"score", "f.conll"}, folder.path());
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK(message("\n") == "f.conll: error: there is no sentence in it\n");
  CHECK(message("anna B-PER O\nparis LOC O\n") ==
        "f.conll:2: error: expected a tag such as O, B-TYPE or I-TYPE, found 'LOC'\n");
  CHECK(message("a ORG O\nb O EVENT\nc SB E-\n") ==
        "f.conll:1: error: expected a tag such as O, B-TYPE or I-TYPE, found 'ORG'\n"
        "f.conll:2: error: expected a tag such as O, B-TYPE or I-TYPE, found 'EVENT'\n"
        "f.conll:3: error: expected a tag such as O, B-TYPE or I-TYPE, found 'SB'\n");
  CHECK(message("anna B-PER\n")
            .starts_with("f.conll:1: error: expected word, gold and predicted label, found 2 columns\n"));
  const auto missing = run_program({"score", "nothere"}, folder.path());
  CHECK(missing.status == 2);
  CHECK(missing.err == "nothere: error: no such file\n");
  const auto directory = run_program({"score", "."}, folder.path());
  CHECK(directory.status == 2);
  CHECK(directory.err == ".: error: expected a file, found a folder\n");
  std::string many;
  for (int i = 0; i < 12; ++i) many += "a X Y\n";
  const auto all = message(many);
  CHECK(std::count(all.begin(), all.end(), '\n') == 21);
  CHECK(all.ends_with("f.conll: error: 4 more errors are not shown\n"));
}

}  // namespace
}  // namespace fthost
