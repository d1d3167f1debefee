#include "core/report/run_files.h"

#include <fthost/error.h>

#include <cmath>
#include <fstream>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost::report {
namespace {

namespace fs = std::filesystem;

const fs::path kRuns = FTHOST_TEST_DATA "/core/report/run-folders";

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A run folder that is whole, to be damaged.
class Damaged {
 public:
  Damaged() {
    for (const auto* name : {"run.json", "metrics.csv", "drift.csv", "pipeline.toml"})
      folder_.write(name, text_of(kRuns / "last-1-1" / name));
  }

  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    auto text = folder_.read(name);
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    folder_.write(name, text.replace(at, from.size(), to));
  }

  /// What reading it says, the folder's name left out.
  std::string messages() {
    std::vector<Message> messages;
    run = read_run_files(folder_.path(), messages);
    auto text = render(messages);
    const auto own = folder_.path().string();
    for (auto at = text.find(own); at != std::string::npos; at = text.find(own)) text.replace(at, own.size(), "RUN");
    return text;
  }

  const TemporaryFolder& folder() const { return folder_; }
  std::optional<RunFiles> run;

 private:
  TemporaryFolder folder_;
};

TEST_CASE("run folder is read", "[unit][report]") {
  std::vector<Message> messages;
  const auto run = read_run_files(kRuns / "last-1-1", messages);
  CHECK(messages.empty());
  REQUIRE(run);
  CHECK(run->name == "last-1-1");
  CHECK(run->state == "finished");
  CHECK(run->seed == 1);
  CHECK(run->layers == 2);
  CHECK(run->learning_layers == 1);
  CHECK(run->boundary == "1");
  CHECK(run->labels.size() == 17);
  CHECK(run->epochs.size() == 5);
  CHECK(run->epochs[4].figures.at("dev_f1") == 0.5);
  CHECK(run->drift.size() == 5 * 39);
  CHECK(run->cache->mode == "disk");
  CHECK(run->kept.at("dev_f1") == 0.5);
  CHECK(run->device == "cpu");
  CHECK(run->data_hashes.size() >= 2);
  CHECK(run->model_hashes.size() == 4);
  CHECK(run->cost->measured > 0);
  CHECK(run->options.at("freezing.layers") == "1");
  CHECK(run->options.at("sinks.drift.per") == "\"tensor\"");
  CHECK(run->test.at("test_f1") == 0.5);
}

TEST_CASE("run folder that is damaged is told what is wrong", "[unit][report]") {
  Damaged each;
  SECTION("no record") {
    fs::remove(each.folder() / "run.json");
    CHECK(each.messages() == "RUN/run.json: error: no such file\n");
  }
  SECTION("a record that was cut off") {
    each.folder().write("run.json", each.folder().read("run.json").substr(0, 100));
    CHECK(each.messages().starts_with("RUN/run.json:"));
  }
  SECTION("a record without its layers") {
    each.replace("run.json", "\"layers\": 2", "\"layers\": \"two\"");
    CHECK(each.messages() ==
          "RUN/run.json: error: expected layers to be a whole number from 0 to 100000, found \"two\"\n");
  }
  SECTION("a state that does not exist") {
    each.replace("run.json", "\"finished\"", "\"over\"");
    CHECK(each.messages() ==
          "RUN/run.json: error: expected state to be running, finished, failed or interrupted, found \"over\"\n");
  }
  SECTION("figures that are none") {
    each.replace("metrics.csv", "\n2,", "\n2,x");
    CHECK(each.messages().find("RUN/metrics.csv:3: error: expected a number, found 'x") != std::string::npos);
  }
  SECTION("a row that lacks a field") {
    each.replace("drift.csv", "\n2,", "\n");
    CHECK(each.messages().find("error: expected 4 fields as in the header, found 3") != std::string::npos);
  }
  SECTION("a pipeline that is no TOML") {
    each.folder().write("pipeline.toml", "[run\n");
    CHECK(each.messages().starts_with("RUN/pipeline.toml:1:"));
  }
  SECTION("bytes that are no UTF-8") {
    each.folder().write("drift.csv", "epoch,parameter,iterative,base\n1,\xff,1,1\n");
    CHECK(each.messages().starts_with("RUN/drift.csv:2:3: error: "));
  }
  CHECK_FALSE(each.run);
}

TEST_CASE("all files that are damaged are told at once", "[unit][report]") {
  Damaged each;
  for (const auto* name : {"run.json", "metrics.csv", "drift.csv", "pipeline.toml"}) each.folder().write(name, "[\n");
  const auto messages = each.messages();
  for (const auto* name : {"RUN/run.json:", "RUN/metrics.csv:", "RUN/drift.csv:", "RUN/pipeline.toml:"})
    CHECK(messages.find(name) != std::string::npos);
  CHECK_FALSE(each.run);
}

TEST_CASE("the filling of a study is all of its runs'", "[unit][report]") {
  const TemporaryFolder folder;
  folder.write("study-1-of-2.json", R"({"fill_seconds": 3})");
  folder.write("study-2-of-2.json", R"({"fill_seconds": 4})");
  std::vector<RunFiles> runs(2);
  runs[0].folder = (folder / "a").string();
  runs[1].folder = (folder / "b").string();
  std::vector<Message> messages;
  read_fills(runs, messages);
  CHECK(runs[0].study_fill_seconds == 7);
  CHECK(runs[1].study_fill_seconds == 7);
  CHECK(messages.empty());
  folder.write("study-2-of-2.json", "{}");
  read_fills(runs, messages);
  CHECK(messages.size() == 1);  // and not one a run
}

TEST_CASE("run folder that is not complete is read as far as it goes", "[unit][report]") {
  Damaged each;
  SECTION("killed while it wrote a row") {
    each.replace("run.json", "\"finished\"", "\"running\"");
    each.folder().write("metrics.csv", "epoch,dev_f1\n1,0.5\n2,0.");
    CHECK(each.messages() ==
          "RUN: warning: the run still goes on, or was killed: the report has what there is of it\n"
          "RUN/metrics.csv: warning: the last row was cut off: the report leaves it out\n");
    REQUIRE(each.run);
    CHECK(each.run->epochs.size() == 1);
  }
  SECTION("finished, its last row cut off") {
    each.folder().write("metrics.csv", "epoch,dev_f1\n1,0.5\n2");
    CHECK(each.messages() == "RUN/metrics.csv: warning: the last row was cut off: the report leaves it out\n");
    REQUIRE(each.run);
    CHECK(each.run->epochs.size() == 1);
  }
  SECTION("finished, without the end of its last line") {
    each.folder().write("metrics.csv", "epoch,dev_f1\n1,0.5\n2,0.75");
    each.folder().write("drift.csv", "epoch,parameter,iterative,base\n1,\"a,b\",1,2");
    CHECK(each.messages().empty());
    REQUIRE(each.run);
    REQUIRE(each.run->epochs.size() == 2);
    CHECK(each.run->epochs[1].figures.at("dev_f1") == 0.75);
    CHECK(each.run->drift.size() == 1);
  }
  SECTION("interrupted") {
    each.replace("run.json", "\"finished\"", "\"interrupted\"");
    CHECK(each.messages() == "RUN: warning: the run was interrupted: the report has what there is of it\n");
  }
  SECTION("failed") {
    each.replace("run.json", "\"finished\"", R"("failed", "reason": "the loss is nan\nin step 7")");
    CHECK(each.messages() ==
          "RUN: warning: the run has failed (the loss is nan): the report has what there is of it\n");
  }
  SECTION("failed, and it is not known why") {
    each.replace("run.json", "\"finished\"", "\"failed\"");
    CHECK(each.messages() == "RUN: warning: the run has failed: the report has what there is of it\n");
  }
  SECTION("without figures, drift and pipeline") {
    for (const auto* name : {"metrics.csv", "drift.csv", "pipeline.toml"}) fs::remove(each.folder() / name);
    CHECK(each.messages() ==
          "RUN/metrics.csv: warning: no such file: the report lacks this run's figures by epoch\n"
          "RUN/pipeline.toml: warning: no such file: the report cannot say what this run's options were\n");
  }
  CHECK(each.run);
}

TEST_CASE("metrics keep NaN, and leave out what is empty", "[unit][report]") {
  const auto epochs = read_metrics("epoch,train_loss,dev_f1\n1,nan,\n", "m.csv");
  REQUIRE(epochs.size() == 1);
  CHECK(std::isnan(epochs[0].figures.at("train_loss")));
  CHECK(epochs[0].figures.count("dev_f1") == 0);
  CHECK(read_metrics("", "m.csv").empty());
  CHECK(read_metrics("epoch,train", "m.csv").empty());
}

TEST_CASE("a run beside a sequence's record is one of its tasks", "[unit][report][sequence]") {
  const TemporaryFolder folder;
  fs::copy(kRuns / "full", folder / "2-full");
  auto record = folder.read("2-full/run.json");
  const auto name = record.find("\"full\"");
  REQUIRE(name != std::string::npos);
  folder.write("2-full/run.json", record.insert(name + 1, "2-"));
  std::vector<Message> messages;
  auto run = read_run_files(folder / "2-full", messages);
  REQUIRE(run);
  CHECK(run->task.empty());
  folder.write("sequence.json", "{}");
  run = read_run_files(folder / "2-full", messages);
  REQUIRE(run);
  CHECK(run->task == "full");
}

TEST_CASE("metrics need an epoch", "[unit][report]") {
  CHECK(refusal([] { read_metrics("loss\n1\n", "m.csv"); }) ==
        "m.csv:1: error: expected a column 'epoch' in the header\n    1 | loss\n");
  CHECK(refusal([] { read_metrics("epoch\n0\n", "m.csv"); }) ==
        "m.csv:2: error: expected an epoch, 1 to 1000000, found '0'\n    2 | 0\n");
  CHECK(refusal([] { read_metrics("epoch\n1000001\n1000000\n", "m.csv"); }) ==
        "m.csv:2: error: expected an epoch, 1 to 1000000, found '1000001'\n    2 | 1000001\n");
}

TEST_CASE("options are read by table and name, of sinks too", "[unit][report]") {
  const auto options = read_options(
      "[a]\nb = 3\nc = [1.5, \"x\"]\n[[sinks]]\nplugin = \"drift\"\nper = \"all\"\n[[sinks]]\nper = 3\n", "p.toml");
  CHECK(options.size() == 3);
  CHECK(options.at("a.b") == "3");
  CHECK(options.at("a.c") == "[1.5, \"x\"]");
  CHECK(options.at("sinks.drift.per") == "\"all\"");
  CHECK(read_options("[optimizer]\n[[optimizer.groups]]\ntensors = [\"a\"]\nlr = 1.0\n", "p.toml")
            .at("optimizer.groups") == "[{tensors = [\"a\"], lr = 1.0}]");
}

TEST_CASE("a folder of runs stands for all of them", "[unit][report]") {
  std::vector<Message> messages;
  CHECK(run_folders(kRuns, messages).size() == 5);
  CHECK(run_folders(kRuns / "full", messages) == std::vector{kRuns / "full"});
  CHECK(messages.empty());
  const TemporaryFolder folder;
  const auto empty = folder.path().string();
  CHECK(refusal([&] { run_folders(empty, messages); }).starts_with(empty + ": error: there is no run.json in it"));
  CHECK(refusal([&] { run_folders("nowhere", messages); }).starts_with("nowhere: error: there is no such folder\n"));
}

TEST_CASE("runs further below are left out aloud", "[unit][report]") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "study");
  fs::copy(kRuns / "full", folder / "study/full");
  const auto top = folder.path().string();
  std::vector<Message> messages;
  CHECK(refusal([&] { run_folders(top, messages); }) ==
        top +
            ": error: there is no run.json in it, nor in a folder of it\n"
            "  expected the folder of a run, such as runs/quickstart, or one that holds several\n  it holds " +
            top + "/study, which holds runs\n");
  fs::copy(kRuns / "full", folder / "full");
  CHECK(run_folders(top, messages) == std::vector{folder / "full"});
  CHECK(render(messages) == top +
                                "/study: warning: holds runs that the report leaves out: give this folder to it too, "
                                "or alone\n");
}

}  // namespace
}  // namespace fthost::report
