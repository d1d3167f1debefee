/// The examples in runs, as a user of them would have them.

#include <string>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

/// The tiny pipeline, with the examples in its search path.
Outcome run(const TinyPipeline& tiny, const std::string& more, const std::vector<std::string>& options) {
  tiny.folder().write(
      "tiny.toml", tiny.read("tiny.toml") + more + "\n[plugins]\npaths = [\"" FTHOST_BUILD_DIR "/tests/examples\"]\n");
  std::vector<std::string> words;
  for (const auto& option : options) words.insert(words.end(), {"--set", option});
  return tiny.run(words);
}

}  // namespace

TEST_CASE("the example part-of-speech learns, and keeps the epoch with the best accuracy", "[pipeline][examples]") {
  const TinyPipeline tiny;
  const auto outcome = run(tiny, "\n[[sinks]]\nplugin = \"accuracy\"\n",
                           {"head.plugin=part-of-speech", "train.keep=best", "train.metric=dev_accuracy",
                            "freezing.plugin=full", "train.epochs=6"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto record = tiny.record();
  const double accuracy = record.at("metrics").at("dev_accuracy").get<double>();
  CHECK(accuracy > .8);
  CHECK(record.at("labels").size() == 3);
}

TEST_CASE("the example distilbert trains, and predicts from what it saved", "[pipeline][examples]") {
  const TinyPipeline tiny;
  const auto folder = std::filesystem::path(FTHOST_TEST_DATA) / "golden/distilbert/tiny";
  const auto outcome = run(tiny, "", {"model.plugin=distilbert", "model.path=" + folder.string(), "train.epochs=2"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(tiny.record().at("boundary") == "1");
  CHECK(tiny.record().at("cache").at("hits").get<int>() > 0);
  const auto predicted = run_program({"predict", "runs/tiny/model"}, tiny.folder().path(), "anna went home\n",
                                     {{"FTHOST_PLUGIN_PATH", FTHOST_BUILD_DIR "/tests/examples"}});
  INFO(predicted.err);
  CHECK(predicted.status == 0);
  CHECK(predicted.out.starts_with("anna\t"));
}
