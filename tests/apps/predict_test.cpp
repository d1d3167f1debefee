// fthost predict on what a run saved.

#include <sstream>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

struct TrainedTiny {
  TrainedTiny() {
    const auto outcome = pipeline.run({"--set", "train.epochs=60", "--set", "freezing.plugin=full"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
  }
  TinyPipeline pipeline;
  std::string model = "runs/tiny/model";
};

TEST_CASE("predict labels text from standard input", "[pipeline][apps]") {
  const TrainedTiny trained;
  const auto outcome = run_program({"predict", trained.model}, trained.pipeline.folder().path(),
                                   "anna went to paris\n\npeter was home\n");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out == "anna\tB-PER\nwent\tO\nto\tO\nparis\tB-LOC\n\npeter\tB-PER\nwas\tO\nhome\tO\n\n");
}

TEST_CASE("predict reads columns and writes JSON lines", "[pipeline][apps]") {
  const TrainedTiny trained;
  const auto outcome = run_program({"predict", trained.model, "dev.conll", "--input", "conll", "--output", "json"},
                                   trained.pipeline.folder().path());
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  std::istringstream lines(outcome.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto object = nlohmann::json::parse(line);
    CHECK(object.at("words").size() == object.at("labels").size());
  }
  CHECK(count == 6);
}

TEST_CASE("predict gives the labels that evaluation saw", "[pipeline][apps]") {
  const TrainedTiny trained;
  const auto outcome =
      run_program({"predict", trained.model, "dev.conll", "--input", "conll"}, trained.pipeline.folder().path());
  REQUIRE(outcome.status == 0);
  // Everything right in evaluation: then the predictions are the file itself.
  REQUIRE(trained.pipeline.record().at("metrics").at("dev_f1") == 1.0);
  CHECK(outcome.out == trained.pipeline.read("dev.conll"));
}

TEST_CASE("predict says what is wrong with its arguments", "[pipeline][apps]") {
  const auto missing = run_program({"predict", "no/such/model"});
  CHECK(missing.status == 2);
  CHECK(missing.err == "no/such/model: error: there is no such model folder\n");
  const auto format = run_program({"predict", "m", "--input", "xml"});
  CHECK(format.status == 2);
  CHECK(format.err == "fthost: error: --input is 'conll' or 'text', not 'xml'\n");
}

}  // namespace
}  // namespace fthost
