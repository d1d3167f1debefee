// fthost score.

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
        "default (entities as conlleval finds them)\n"
        "                 precision    recall        f1   support\n"
        "  LOC               1.0000    1.0000    1.0000         1\n"
        "  PER               1.0000    0.5000    0.6667         2\n"
        "  micro             1.0000    0.6667    0.8000         3\n"
        "\n"
        "strict (IOB2)\n"
        "                 precision    recall        f1   support\n"
        "  LOC               0.0000    0.0000    0.0000         1\n"
        "  PER               1.0000    0.5000    0.6667         2\n"
        "  micro             1.0000    0.3333    0.5000         3\n");
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
}

TEST_CASE("score takes labels with E and S for IOBES", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("scored.conll", "anna B-PER B-PER\nbell E-PER E-PER\nparis S-LOC B-LOC\n");
  const auto outcome = run_program({"score", "scored.conll"}, folder.path());
  CHECK(outcome.out.find("strict (IOBES)\n") != std::string::npos);
  CHECK(
      outcome.out.ends_with("  LOC               0.0000    0.0000    0.0000         1\n"
                            "  PER               1.0000    1.0000    1.0000         1\n"
                            "  micro             1.0000    0.5000    0.6667         2\n"));
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
        "f.conll:2: error: expected O or a label that begins with B, I, E or S, found 'LOC'\n");
  CHECK(message("anna B-PER\n").starts_with("f.conll:1: error: expected a word and a label, found 2 columns\n"));
  const auto missing = run_program({"score", "nothere"}, folder.path());
  CHECK(missing.status == 2);
  CHECK(missing.err == "nothere: error: no such file\n");
  const auto directory = run_program({"score", "."}, folder.path());
  CHECK(directory.status == 2);
  CHECK(directory.err == ".: error: it is no regular file\n");
}

}  // namespace
}  // namespace fthost
