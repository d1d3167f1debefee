// docs/examples: each built against an installed tree, and used in a run.

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/install/installation.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// The tree, and an example that is built against it.
class Example {
 public:
  /// `given`: what the checks of its library cannot make up.
  explicit Example(const std::string& name, const std::vector<std::string>& given = {})
      : build_(tree_.workplace() / "build") {
    const auto source = fs::path(FTHOST_SOURCE_DIR) / "docs/examples" / name;
    REQUIRE(fs::is_regular_file(source / "README.md"));
    tree_.build_project(source, build_);
    std::vector<std::string> check = {"check", (build_ / (name + ".so")).string()};
    check.insert(check.end(), given.begin(), given.end());
    require(tree_.fthost(check));
  }

  /// Runs the tiny pipeline under `name` with settings instead of its own.
  Outcome run(const TinyPipeline& tiny, const std::string& name, const std::vector<std::string>& settings) const {
    return tree_.run_pipeline(tiny, name, settings, build_);
  }

  /// The installed program, which finds the example too.
  Outcome fthost(std::vector<std::string> words, const fs::path& folder) const {
    return tree_.fthost(std::move(words), folder, {{"FTHOST_PLUGIN_PATH", build_.string()}});
  }

 private:
  Installation tree_;
  fs::path build_;
};

TEST_CASE("the example thaw-on-plateau thaws when its figure stands still", "[slow][install]") {
  const Example example("thaw-on-plateau");
  if (lacks_engine()) return;
  const TinyPipeline tiny;
  const std::vector<std::string> settings = {"freezing.plugin=thaw-on-plateau", "train.epochs=5"};
  const auto run = [&](const std::string& name, const std::vector<std::string>& more) {
    auto all = settings;
    all.insert(all.end(), more.begin(), more.end());
    return example.run(tiny, name, all);
  };
  // The training loss falls from epoch to epoch: that is better, or it is worse, as one says.
  require(run("falling", {"freezing.metric=train_loss", "freezing.better=lower"}));
  CHECK(tiny.boundaries("falling") == std::vector<std::string>{"2", "2", "2", "2", "2"});
  require(run("rising", {"freezing.metric=train_loss"}));
  CHECK(tiny.boundaries("rising") == std::vector<std::string>{"2", "2", "1", "0", "0"});
  require(run("patient", {"freezing.metric=train_loss", "freezing.patience=2", "freezing.layers=2"}));
  CHECK(tiny.boundaries("patient") == std::vector<std::string>{"2", "2", "2", "0", "0"});

  const auto refused = run("refused", {"freezing.metric=dev_f2"});
  CHECK(refused.status == 2);
  INFO(refused.err);
  CHECK(refused.err.find("no sink gives a figure 'dev_f2'; there are: dev_f1, dev_loss, dev_precision, dev_recall, ") !=
        std::string::npos);
}

TEST_CASE("the example restarts raises the learning rate anew", "[slow][install]") {
  const Example example("restarts");
  if (lacks_engine()) return;
  const TinyPipeline tiny;
  require(example.run(tiny, "restarts", {"schedule.plugin=restarts", "schedule.cycles=3", "schedule.lowest=0.1"}));
  const auto steps = tiny.events("restarts", "step_ended");
  REQUIRE(steps.size() == 9);  // three epochs of three: an epoch is a cycle
  const double third = std::numbers::pi / 3;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double wave = (1 + std::cos(third * static_cast<double>(i % 3))) / 2;
    CHECK(steps[i].at("lr").get<double>() == Approx(1e-2 * (.1 + .9 * wave)));
  }
}

TEST_CASE("the example untyped-f1 gives a figure like any other", "[slow][install]") {
  const Example example("untyped-f1");
  if (lacks_engine()) return;
  const TinyPipeline tiny;
  tiny.add_sink("untyped-f1");
  require(example.run(tiny, "untyped", {"train.keep=best", "train.metric=dev_untyped_f1"}));
  std::vector<double> typed, untyped;
  for (const auto& event : tiny.events("untyped", "metric_emitted")) {
    if (event.at("name") == "dev_f1") typed.push_back(event.at("value"));
    if (event.at("name") == "dev_untyped_f1") untyped.push_back(event.at("value"));
  }
  REQUIRE(typed.size() == 3);
  REQUIRE(untyped.size() == 3);
  for (std::size_t i = 0; i < typed.size(); ++i) CHECK(untyped[i] >= typed[i]);
  CHECK(untyped.back() > 0);
}

/// The rows that a query finds, by another program than the plugin: Python's own module.
std::string rows_of(const fs::path& database, const std::string& query) {
  const auto outcome = run_process(
      {"python3", "-c",
       "import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row, sep='|')",
       database.string(), query});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return outcome.out;
}

TEST_CASE("the example sqlite fills a database that runs share", "[slow][install]") {
  const Example example("sqlite");
  if (lacks_engine()) return;
  const TinyPipeline tiny;
  tiny.add_sink("sqlite");
  require(example.run(tiny, "first", {}));
  require(example.run(tiny, "second", {"freezing.layers=2", "run.seed=7", "train.epochs=1"}));
  const auto database = tiny.folder() / "runs.sqlite";
  CHECK(rows_of(database, "SELECT id, name, seed, device, boundary, state, seconds > 0 FROM runs") ==
        "1|first|2018|cpu|1|finished|1\n2|second|7|cpu|0|finished|1\n");
  std::string expected;
  for (const auto& event : tiny.events("first", "metric_emitted"))
    if (event.at("name") == "dev_loss")
      expected += std::to_string(event.at("epoch").get<int>()) + "|" + event.at("value").dump() + "\n";
  CHECK_FALSE(expected.empty());
  CHECK(rows_of(database, "SELECT epoch, value FROM metrics WHERE run = 1 AND name = 'dev_loss' ORDER BY epoch") ==
        expected);
  CHECK(rows_of(database, "SELECT count(DISTINCT epoch) FROM metrics WHERE run = 2") == "1\n");

  tiny.folder().write("no.sqlite", "this is no database, but it is long enough to be taken for a file of one, perhaps");
  const auto refused = example.run(tiny, "refused", {"sinks.sqlite.path=no.sqlite"});
  CHECK(refused.status == 1);
  INFO(refused.err);
  CHECK(refused.err.find("cannot write " + (tiny.folder() / "no.sqlite").string() + ": file is not a database") !=
        std::string::npos);
}

TEST_CASE("the example jsonl-spans reads what a run trains on", "[slow][install]") {
  const Example example("jsonl-spans");
  if (lacks_engine()) return;
  const TinyPipeline tiny;
  std::string lines;
  for (int i = 0; i < 8; ++i)
    lines += R"({"text": "Anna went to Paris.", "spans": [{"start": 0, "end": 4, "label": "PER"}, )"
             R"({"start": 13, "end": 18, "label": "LOC"}]})"
             "\n";
  tiny.folder().write("all.jsonl", lines);
  require(example.run(tiny, "spans", {"data.reader=jsonl-spans", "data.train=all.jsonl", "data.dev=all.jsonl"}));
  CHECK(tiny.record("spans").at("labels") == nlohmann::json({"O", "B-LOC", "B-PER"}));
  CHECK(tiny.record("spans").at("data").at("train").at("words") == 8 * 5);
}

TEST_CASE("the example part-of-speech learns, and keeps the epoch with the best accuracy", "[slow][install]") {
  if (lacks_engine()) return;
  const Example example("part-of-speech");
  const TinyPipeline tiny;
  tiny.add_sink("accuracy");
  require(example.run(tiny, "tags",
                      {"head.plugin=part-of-speech", "train.keep=best", "train.metric=dev_accuracy",
                       "freezing.plugin=full", "train.epochs=6"}));
  CHECK(tiny.record("tags").at("metrics").at("dev_accuracy").get<double>() > .8);
  CHECK(tiny.record("tags").at("labels").size() == 3);
}

TEST_CASE("the example distilbert trains, and predicts from what it saved", "[slow][install]") {
  if (lacks_engine()) return;
  const auto folder = fs::path(FTHOST_TEST_DATA) / "golden/distilbert/tiny";
  const Example example("distilbert", {"--with", "path=" + folder.string()});
  const TinyPipeline tiny;
  require(example.run(tiny, "other", {"model.plugin=distilbert", "model.path=" + folder.string(), "train.epochs=2"}));
  CHECK(tiny.record("other").at("boundary") == "1");
  CHECK(tiny.record("other").at("cache").at("hits").get<int>() > 0);
  tiny.folder().write("sentence.txt", "anna went home\n");
  const auto predicted = example.fthost({"predict", "runs/other/model", "sentence.txt"}, tiny.folder().path());
  require(predicted);
  CHECK(predicted.out.starts_with("anna\t"));
}

}  // namespace
}  // namespace fthost
