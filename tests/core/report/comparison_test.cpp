#include "core/report/comparison.h"

#include <cmath>

#include "core/report/trends.h"
#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

std::vector<std::string> labels_of(const std::vector<RunFiles>& runs) {
  std::vector<std::string> labels;
  for (const auto& group : compare(runs)) labels.push_back(group.label);
  return labels;
}

TEST_CASE("setting says how much learns", "[unit][report]") {
  CHECK(setting_of(made_run(0, 1, {})).name == "classifier only");
  CHECK(setting_of(made_run(3, 1, {})).name == "last 3");
  CHECK(setting_of(made_run(6, 1, {})).name == "full");
  auto holes = made_run(2, 1, {});
  holes.boundary = "1";
  CHECK(setting_of(holes).name == "2 of 6 layers");
}

TEST_CASE("runs that differ in their seed are one group with mean and spread", "[unit][report]") {
  const std::vector runs = {made_run(3, 1, {0.1, 0.5}), made_run(3, 2, {0.2, 0.7}), made_run(0, 1, {0.3})};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].label == "classifier only");
  CHECK(groups[1].runs.size() == 2);
  const auto end = groups[1].at_end("dev_f1");
  REQUIRE(end);
  CHECK(end->mean == Approx(0.6));
  CHECK(end->deviation == Approx(std::sqrt(0.02)));  // of the sample: both are 0.1 away from the mean
  CHECK(groups[1].by_epoch("dev_f1").at(1).mean == Approx(0.15));
  CHECK_FALSE(groups[1].by_epoch("dev_f1").contains(3));
  CHECK(groups[1].sum("seconds")->mean == Approx(8));
  CHECK(groups[1].mean("seconds")->mean == Approx(4));
  CHECK(groups[0].at_end("dev_f1")->deviation == 0);
}

TEST_CASE("the kept epoch's figures count at the end", "[unit][report]") {
  auto run = made_run(3, 1, {0.9, 0.1});
  run.kept_epoch = 1;
  const std::vector runs = {run};
  CHECK(compare(runs).front().at_end("dev_f1")->mean == 0.9);
}

TEST_CASE("the kept model's figures may be of an evaluation within an epoch", "[unit][report]") {
  auto run = made_run(3, 1, {0.4, 0.3});
  run.kept_epoch = 2;
  run.kept["dev_f1"] = 0.5;
  const std::vector runs = {run};
  const auto groups = compare(runs);
  CHECK(groups.front().at_end("dev_f1")->mean == 0.5);
  CHECK(groups.front().by_epoch("dev_f1").at(2).mean == 0.3);
}

TEST_CASE("groups of one setting are told apart by the options that differ", "[unit][report]") {
  CHECK(labels_of({made_run(1, 1, {}, {{"optimizer.lr", "0.001"}}), made_run(0, 1, {}, {{"optimizer.lr", "0.1"}})}) ==
        std::vector<std::string>{"classifier only", "last 1"});
  CHECK(labels_of({made_run(1, 1, {}, {{"optimizer.lr", "0.001"}}), made_run(1, 1, {}, {{"optimizer.lr", "0.1"}})}) ==
        std::vector<std::string>{"last 1, optimizer.lr = 0.001", "last 1, optimizer.lr = 0.1"});
}

TEST_CASE("runs whose optimizer has other groups are no seeds of each other", "[unit][report]") {
  const auto run = [](std::uint64_t seed, const std::string& lr) {
    const auto resolved = "[optimizer]\n[[optimizer.groups]]\ntensors = ['a']\nlr = " + lr + "\n";
    return made_run(1, seed, {}, read_options(resolved, "pipeline.toml"));
  };
  CHECK(labels_of({run(1, "0.5"), run(2, "0.1"), run(3, "0.5")}) ==
        std::vector<std::string>{"last 1, optimizer.groups = [{tensors = [\"a\"], lr = 0.5}]",
                                 "last 1, optimizer.groups = [{tensors = [\"a\"], lr = 0.1}]"});
}

TEST_CASE("groups of one setting are sorted by the numbers that differ, and else by their first run",
          "[unit][report]") {
  const auto run = [](const std::string& plugin, const std::string& lr) {
    return made_run(1, 1, {}, {{"optimizer.lr", lr}, {"head.plugin", plugin}});
  };
  CHECK(labels_of({run("ner", "0.003"), run("ner", "1e-04"), run("mix", "0.001"), run("ner", "10"), run("mix", "9")}) ==
        std::vector<std::string>{
            "last 1, head.plugin = ner, optimizer.lr = 1e-04", "last 1, head.plugin = ner, optimizer.lr = 0.003",
            "last 1, head.plugin = ner, optimizer.lr = 10", "last 1, head.plugin = mix, optimizer.lr = 0.001",
            "last 1, head.plugin = mix, optimizer.lr = 9"});
  CHECK(labels_of({run("ner", "3"), run("ner", "\"auto\""), run("ner", "1")}) ==
        std::vector<std::string>{"last 1, optimizer.lr = 3", "last 1, optimizer.lr = \"auto\"",
                                 "last 1, optimizer.lr = 1"});
}

TEST_CASE("tasks of a sequence are groups of their own, which nothing compares", "[unit][report][sequence]") {
  auto first = made_run(3, 1, {0.4}), second = made_run(1, 1, {0.9}), again = made_run(3, 2, {0.5});
  first.task = "people";
  second.task = again.task = "towns";
  first.folder = "runs/s/1-people";
  second.folder = "runs/s/2-towns";
  CHECK(labels_of({first, second}) == std::vector<std::string>{"last 1, towns", "last 3, people"});
  const std::vector runs = {first, second};
  CHECK(trends(compare(runs)).empty());
  again.folder = "runs/other/1-towns";
  again.options["data.train"] = "other";
  CHECK(labels_of({first, again}) == std::vector<std::string>{"last 3, s people", "last 3, other towns"});
}

TEST_CASE("groups that differ in many options bear their study's name", "[unit][report]") {
  auto one = made_run(1, 1, {}, {{"a.a", "1"}, {"a.b", "1"}, {"a.c", "1"}});
  auto other = made_run(1, 1, {}, {{"a.a", "2"}, {"a.b", "2"}, {"a.c", "2"}});
  one.folder = "runs/reference/last-1";
  other.folder = "runs/cached/last-1/";
  CHECK(labels_of({one, other}) == std::vector<std::string>{"last 1, reference", "last 1, cached"});
  other.folder = "elsewhere/reference/last-1";
  CHECK(labels_of({one, other}).front() == "last 1, a.a = 1, a.b = 1, a.c = 1");
}

// As a study's points "classifier" and "classifier-pooler", where the model has no pooler.
TEST_CASE("strategies by which the same learns set no groups apart", "[unit][report]") {
  const auto run = [](const std::string& folder, int learning, const std::string& plugin, const std::string& other) {
    auto made = made_run(learning, 1, {0.5}, {{"freezing.plugin", "\"" + plugin + "\""}});
    for (const auto* option : {"a.a", "a.b", "a.c"}) made.options[option] = other;
    made.name = plugin;
    made.folder = folder + "/" + plugin + std::to_string(learning);
    return made;
  };
  std::vector<RunFiles> runs = {run("x", 0, "last-n-layers", "1"), run("x", 0, "by-name", "1"),
                                run("x", 6, "full", "1")};
  runs[1].options["freezing.learn"] = "[\"^classifier\"]";
  runs[1].options.erase("freezing.layers");
  auto groups = compare(runs);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].label == "classifier only (last-n-layers)");
  CHECK(groups[1].label == "classifier only (by-name)");
  CHECK(groups[2].label == "full");
  CHECK(variants_of(groups) == std::vector<std::string>{""});
  // Beside another study the folder tells apart, though a setting comes twice in one of them.
  runs.push_back(run("y", 0, "last-n-layers", "2"));
  runs.push_back(run("y", 6, "full", "2"));
  CHECK(variants_of(compare(runs)) == std::vector<std::string>{"x", "y"});
  // A strategy that moves on is another matter.
  const std::vector moving = {run("x", 0, "last-n-layers", "1"), run("x", 0, "gradual", "1")};
  CHECK(variants_of(compare(moving)).size() == 2);
}

// As when only biases learn: the layers are those of "last 1", what learns is not.
TEST_CASE("what learns by name may be a part of its layers", "[unit][report]") {
  auto named = made_run(1, 1, {0.5}, {{"freezing.plugin", "\"by-name\""}, {"freezing.learn", "[\"bias$\"]"}});
  const auto whole = made_run(1, 1, {0.5}, {{"freezing.plugin", "\"last-n-layers\""}});
  CHECK(setting_of(named).name == "1 of 6 layers by name");
  auto other = named;
  other.options["freezing.learn"] = "[\"weight$\"]";
  CHECK(labels_of({named, whole}) == std::vector<std::string>{"1 of 6 layers by name", "last 1"});
  CHECK(labels_of({named, other}) ==
        std::vector<std::string>{R"(1 of 6 layers by name, freezing.learn = ["bias$"])",
                                 R"(1 of 6 layers by name, freezing.learn = ["weight$"])"});
}

TEST_CASE("a run that has not finished is no seed of those that have", "[unit][report]") {
  auto cut_off = made_run(1, 2, {0.1});
  cut_off.state = "interrupted";
  CHECK(labels_of({made_run(1, 1, {0.5}), cut_off}) ==
        std::vector<std::string>{"last 1, run.state = finished", "last 1, run.state = interrupted"});
}

TEST_CASE("the same once more is no other seed", "[unit][report]") {
  auto again = made_run(1, 1, {0.5});
  again.name = "again";
  const std::vector runs = {made_run(1, 1, {0.5}), made_run(1, 2, {0.7}), again};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].label == "last 1, run.name = run-1-1");
  CHECK(groups[0].runs.size() == 2);
  CHECK(groups[1].label == "last 1, run.name = again");
}

/// A run on another machine, where its files lie elsewhere.
RunFiles moved(RunFiles run, const std::string& cpu) {
  run.data_hashes = {"00000000aa", "11111111bb"};
  run.model_hashes = {"22222222cc"};
  run.device = "cpu";
  run.machine = cpu + "\ncpu\nf32\n2\n";
  run.versions = {{"cpu", cpu}, {"device", "cpu"}, {"precision", "f32"}, {"threads", "2"}};
  for (const auto* option : {"data.train", "data.dev", "model.path"})
    run.options[option] = "\"/" + cpu + "/" + option + "\"";
  return run;
}

TEST_CASE("files are the same wherever they lie", "[unit][report]") {
  const std::vector runs = {moved(made_run(1, 1, {0.4}), "A"), moved(made_run(1, 2, {0.6}), "B"),
                            moved(made_run(0, 1, {0.3}), "B")};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].label == "classifier only");
  CHECK(groups[1].label == "last 1");
  CHECK(groups[0].data == groups[1].data);
  CHECK(groups[1].at_end("dev_f1")->mean == Approx(0.5));
}

TEST_CASE("seconds of several machines have no mean", "[unit][report]") {
  const std::vector runs = {moved(made_run(1, 1, {0.4}), "A"), moved(made_run(1, 2, {0.6}), "B")};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 1);
  CHECK_FALSE(groups[0].is_of_one_machine());
  CHECK_FALSE(groups[0].sum("seconds"));
  CHECK_FALSE(groups[0].mean("seconds"));
  CHECK(groups[0].by_epoch("seconds").empty());
  CHECK(groups[0].by_epoch("dev_f1").size() == 1);
}

TEST_CASE("the same seeds on several machines are groups of their machines", "[unit][report]") {
  const std::vector runs = {moved(made_run(1, 1, {0.4}), "A"), moved(made_run(1, 2, {0.6}), "B"),
                            moved(made_run(1, 1, {0.4}), "B"), moved(made_run(1, 2, {0.6}), "A")};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].label == "last 1, machine.cpu = A");
  CHECK(groups[1].label == "last 1, machine.cpu = B");
  for (const auto& group : groups) CHECK(group.sum("seconds")->runs == 2);
}

TEST_CASE("runs on devices of two kinds are told apart by them", "[unit][report]") {
  auto one = moved(made_run(1, 1, {0.4}), "A"), other = moved(made_run(1, 2, {0.6}), "A");
  other.device = "cuda";
  CHECK(labels_of({one, other}) == std::vector<std::string>{"last 1, run.device = cpu", "last 1, run.device = cuda"});
}

TEST_CASE("other data are told by their path, or by their hash where the path is the same", "[unit][report]") {
  auto one = moved(made_run(1, 1, {0.5}), "A"), other = moved(made_run(1, 2, {0.5}), "A");
  other.data_hashes.back() = "33333333dd";
  const std::vector runs = {one, other};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].data != groups[1].data);
  CHECK(groups[0].label == "last 1, data.sha256 = 00000000 11111111");
  CHECK(groups[1].label == "last 1, data.sha256 = 00000000 33333333");
  other.options["data.dev"] = "\"/other\"";
  CHECK(labels_of({one, other}) ==
        std::vector<std::string>{R"(last 1, data.dev = "/A/data.dev")", R"(last 1, data.dev = "/other")"});
}

TEST_CASE("how sentences are cut sets no data apart", "[unit][report]") {
  const std::vector runs = {made_run(1, 1, {0.5}, {{"data.max_length", "64"}, {"data.sentences", "9"}}),
                            made_run(1, 1, {0.5}, {{"data.max_length", "128"}, {"data.sentences", "9"}}),
                            made_run(1, 1, {0.5}, {{"data.max_length", "64"}, {"data.sentences", "8"}})};
  const auto groups = compare(runs);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].label == "last 1, data.max_length = 64, data.sentences = 8");
  CHECK(groups[0].data != groups[1].data);
  CHECK(groups[1].data == groups[2].data);
}

TEST_CASE("groups have labels of their own even when nothing is known of them", "[unit][report]") {
  auto run = made_run(1, 1, {});
  run.options.clear();
  run.name = "x";
  CHECK(labels_of({run, run}) == std::vector<std::string>{"last 1 (x)", "last 1 (x) 2"});
}

TEST_CASE("spread of nothing is none", "[unit][report]") {
  CHECK_FALSE(spread_of({}));
  CHECK(std::isnan(spread_of({1, std::nan("")})->mean));
}

}  // namespace
}  // namespace fthost::report
