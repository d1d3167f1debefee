// What `fthost new` writes: built against an installed tree, tested, checked, and used in a run.

#include <fthost/component.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/install/installation.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// `fthost new KIND my-KIND`, built, tested and checked; returns the folder with the library.
fs::path make_plugin(const Installation& tree, const std::string& kind) {
  require(tree.fthost({"new", kind, "my-" + kind}, tree.workplace()));
  const auto folder = tree.workplace() / ("my-" + kind), build = folder / "build";
  tree.build_project(folder, build);
  const auto tested = tree.run({FTHOST_CTEST, "--test-dir", build.string(), "--output-on-failure"}, folder);
  require(tested);
  REQUIRE(tested.out.find("100% tests passed, 0 tests failed out of 2") != std::string::npos);
  return build;
}

/// Words in columns as a CSV file of a sentence a row.
std::string as_csv(const std::string& columns) {
  std::istringstream lines(columns);
  std::string csv = "words,labels\n", words, labels;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      csv += words + "," + labels + "\n";
      words.clear(), labels.clear();
      continue;
    }
    const auto tab = line.find('\t');
    words += (words.empty() ? "" : " ") + line.substr(0, tab);
    labels += (labels.empty() ? "" : " ") + line.substr(tab + 1);
  }
  return csv;
}

TEST_CASE("new plugins without tensors build, pass their tests, and serve a run", "[slow][install]") {
  const Installation tree;
  const auto freezing = make_plugin(tree, "freezing"), schedule = make_plugin(tree, "schedule"),
             sink = make_plugin(tree, "sink"), reader = make_plugin(tree, "reader");
  if (lacks_engine()) return;  // nothing can run them

  const TinyPipeline tiny;
  require(tree.run_pipeline(tiny, "freezing", {"freezing.plugin=my-freezing", "freezing.layers=1"}, freezing));
  CHECK(tiny.boundaries("freezing") == std::vector<std::string>{"2", "1", "1"});

  require(tree.run_pipeline(tiny, "schedule", {"schedule.plugin=my-schedule", "schedule.warmup=0"}, schedule));
  const auto steps = tiny.events("schedule", "step_ended");
  CHECK(steps.at(0).at("lr").get<double>() == Approx(1e-2));
  CHECK(steps.at(3).at("lr").get<double>() == Approx(1e-2 / 2));

  tiny.folder().write("train.csv", as_csv(tiny.read("train.conll")));
  tiny.folder().write("dev.csv", as_csv(tiny.read("dev.conll")));
  require(
      tree.run_pipeline(tiny, "reader", {"data.reader=my-reader", "data.train=train.csv", "data.dev=dev.csv"}, reader));
  require(tree.run_pipeline(tiny, "columns", {}, reader));
  CHECK(tiny.weights("reader") == tiny.weights("columns"));

  tiny.add_sink("my-sink");
  require(tree.run_pipeline(tiny, "sink", {}, sink));
  std::vector<double> shares;
  for (const auto& event : tiny.events("sink", "metric_emitted"))
    if (event.at("name") == "dev_word_accuracy") shares.push_back(event.at("value"));
  CHECK(shares.size() == 3);
  for (const auto share : shares) CHECK((share > 0 && share <= 1));
}

TEST_CASE("new plugins with tensors build, pass their tests, and serve a run", "[slow][install]") {
  if (lacks_engine()) return;
  const Installation tree;
  const auto head = make_plugin(tree, "head"), optimizer = make_plugin(tree, "optimizer"),
             model = make_plugin(tree, "model");
  const TinyPipeline tiny;
  require(tree.run_pipeline(tiny, "head", {"head.plugin=my-head"}, head));
  require(tree.run_pipeline(tiny, "optimizer", {"optimizer.plugin=my-optimizer", "optimizer.lr=0.05"}, optimizer));
  require(tree.run_pipeline(
      tiny, "model", {"model.plugin=my-model", "model.path=" + (model / "my_model_model").string(), "train.epochs=2"},
      model));
  for (const std::string run : {"head", "optimizer", "model"}) {
    INFO(run);
    const auto epochs = tiny.events(run, "epoch_trained");
    CHECK(epochs.back().at("loss").get<double>() < epochs.front().at("loss").get<double>());
  }
  // What it saved it reads again.
  const auto predicted = tree.fthost({"predict", "runs/model/model", "dev.conll", "--input", "conll"},
                                     tiny.folder().path(), {{"FTHOST_PLUGIN_PATH", model.string()}});
  require(predicted);
  CHECK(predicted.out.starts_with("anna\t"));
}

}  // namespace
}  // namespace fthost
