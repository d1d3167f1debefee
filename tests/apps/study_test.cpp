// fthost STUDY.toml, with a model that trains in a second.

#include <boost/interprocess/sync/file_lock.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/apps/tiny_pipeline.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// The tiny pipeline with a study of two plans and two seeds.
class TinyStudy : public TinyPipeline {
 public:
  explicit TinyStudy(const std::string& study = "[study.grid]\nfreezing.layers = [0, 1]\nrun.seed = [1, 2]\n") {
    folder().write("tiny.toml", read("tiny.toml") + study);
  }

  fs::path points() const { return folder() / "runs/tiny"; }
  nlohmann::json point(const std::string& name) const { return record("tiny/" + name); }
  std::string file(const std::string& name) const { return read("runs/tiny/" + name); }
};

const std::vector<std::string> kPoints = {"layers-0_seed-1", "layers-0_seed-2", "layers-1_seed-1", "layers-1_seed-2"};

TEST_CASE("study runs its points, each as its own pipeline would", "[pipeline][apps][study]") {
  const TinyStudy study;
  const auto outcome = study.run();
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  for (const auto& name : kPoints) {
    INFO(name);
    CHECK(study.point(name)["state"] == "finished");
    // Both boundaries were filled beforehand, in one pass: no point has to compute a row.
    CHECK(study.point(name)["cache"]["misses"] == 0);
  }
  const auto filling = nlohmann::json::parse(study.file("study.json"))["fill_seconds"].get<double>();
  CHECK(filling > 0);
  CHECK(study.run().status == 0);  // nothing is filled again
  CHECK(nlohmann::json::parse(study.file("study.json"))["fill_seconds"] == filling);
  const TinyPipeline alone;
  alone.run_as("alone", {"freezing.layers=1", "run.seed=2"});
  CHECK(study.file("layers-1_seed-2/model/model.safetensors") == alone.weights("alone"));
  CHECK(study.point("layers-0_seed-1")["boundary"] == "2");
  CHECK(outcome.err.find("point 4 of 4, layers-1_seed-2; about ") != std::string::npos);
  CHECK(outcome.err.find("all of it is finished; `fthost report ") != std::string::npos);
}

TEST_CASE("study that is finished runs nothing again", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  REQUIRE(study.run().status == 0);
  const auto before = fs::last_write_time(study.points() / "seed-1/run.json");
  const auto outcome = study.run({"--json"});
  CHECK(outcome.status == 0);
  CHECK(fs::last_write_time(study.points() / "seed-1/run.json") == before);
  CHECK(outcome.err.find("2 points, 2 finished before, 0 to run") != std::string::npos);
  CHECK(nlohmann::json::parse(outcome.out)["points"][1]["state"] == "finished");
  CHECK(std::distance(fs::directory_iterator(study.points()), {}) == 3);  // the points, and study.json
}

TEST_CASE("study goes on at the first point that is not finished", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  REQUIRE(study.run().status == 0);
  // As if it had been killed in the midst of the second point.
  auto record = study.point("seed-2");
  record["state"] = "running";
  std::ofstream(study.points() / "seed-2/run.json") << record;
  const auto before = fs::last_write_time(study.points() / "seed-1/run.json");
  CHECK(study.run().status == 0);
  CHECK(fs::last_write_time(study.points() / "seed-1/run.json") == before);
  CHECK(study.point("seed-2")["state"] == "finished");
  CHECK(fs::exists(study.points() / "unfinished/seed-2/run.json"));
}

TEST_CASE("study that is interrupted hands the signal to its point, and resumes", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  {
    Program program({"tiny.toml", "--set", "train.epochs=200000"}, study.folder().path());
    wait_for(study.points() / "seed-1/metrics.csv");
    program.signal(SIGINT);
    CHECK(program.wait() == 130);
    CHECK(program.err().find("the same command goes on at the first point") != std::string::npos);
  }
  CHECK(study.point("seed-1")["state"] == "interrupted");
  CHECK_FALSE(fs::exists(study.points() / "seed-2"));
  CHECK(study.run().status == 0);
  CHECK(study.point("seed-1")["state"] == "finished");
}

/// The log of a run that goes on, as another process holds it.
boost::interprocess::file_lock log_of(const fs::path& run) {
  fs::create_directories(run);
  std::ofstream(run / "log.txt").close();
  return boost::interprocess::file_lock((run / "log.txt").c_str());
}

TEST_CASE("study leaves a point to the process that runs it", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  auto log = log_of(study.points() / "seed-1");
  REQUIRE(log.try_lock());
  const auto outcome = study.run();
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find("error: point 1 of 2, seed-1 is run by another process\n"
                         "the same command goes on at the first point that is not finished\n") != std::string::npos);
  CHECK_FALSE(fs::exists(study.points() / "seed-1/run.json"));
  CHECK(study.point("seed-2")["state"] == "finished");
  CHECK(study.run({"--point", "seed-1"})
            .err.find("/seed-1: error: this run is there already\n  another process is at work in it: wait for its "
                      "end\n") != std::string::npos);
  log.unlock();
  CHECK(study.run({"--point", "seed-1"})
            .err.find("/seed-1: error: this run is there already\n  move it away to run it "
                      "again\n") != std::string::npos);
  CHECK(study.run().status == 0);
  CHECK(study.point("seed-1")["state"] == "finished");
}

TEST_CASE("study leaves a point to the process that made its folder first", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  Program program({"tiny.toml"}, study.folder().path());
  // Its own run of the point is on its way, and has no folder yet.
  for (int tries = 0; program.err().find("point 1 of 2, seed-1\n") == std::string::npos; ++tries) {
    REQUIRE(tries < 60000);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  auto log = log_of(study.points() / "seed-1");
  REQUIRE(log.try_lock());
  CHECK(program.wait() == 1);
  INFO(program.err());
  CHECK(program.err().find("  another process is at work in it: wait for its end\n") != std::string::npos);
  CHECK(program.err().find("error: point 1 of 2, seed-1 is run by another process\n") != std::string::npos);
  CHECK(program.err().find("has failed") == std::string::npos);
  CHECK(study.point("seed-2")["state"] == "finished");
  CHECK_FALSE(fs::exists(study.points() / "unfinished"));
}

// What a study leaves that is killed: a point that goes on until its step is done, and the same command given again.
TEST_CASE("study that was killed goes on, and nobody writes into its points' folders", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  {
    Program program({"tiny.toml", "--set", "train.epochs=100"}, study.folder().path());
    wait_for(study.points() / "seed-1/metrics.csv");
    program.signal(SIGKILL);
    program.wait();
  }
  for (int tries = 0; study.run({"--set", "train.epochs=100"}).status != 0; ++tries) REQUIRE(tries < 10);
  for (const auto* name : {"seed-1", "seed-2"}) {
    CHECK(study.point(name)["state"] == "finished");
    CHECK(fs::exists(study.points() / name / "model/model.safetensors"));
    std::size_t epochs = 0;
    std::istringstream lines(study.file(std::string(name) + "/metrics.csv"));
    for (std::string line; std::getline(lines, line);) ++epochs;
    CHECK(epochs == 101);  // and the header
  }
  // The points, what was interrupted of the first, and study.json.
  CHECK(std::distance(fs::directory_iterator(study.points()), {}) == 4);
  CHECK(study.point("unfinished/seed-1")["state"] != "finished");
}

TEST_CASE("study runs a point that was finished meanwhile no second time", "[pipeline][apps][study]") {
  const TinyStudy study(
      "[[study.points]]\nname = \"long\"\ntrain.epochs = 600\n[[study.points]]\nname = \"short\"\ntrain.epochs = 1\n");
  Program program({"tiny.toml"}, study.folder().path());
  wait_for(study.points() / "long/run.json");
  REQUIRE(study.run({"--point", "short"}).status == 0);
  REQUIRE(study.point("long")["state"] == "running");
  const auto before = fs::last_write_time(study.points() / "short/run.json");
  CHECK(program.wait() == 0);
  CHECK(fs::last_write_time(study.points() / "short/run.json") == before);
  CHECK_FALSE(fs::exists(study.points() / "short-2"));
  CHECK_FALSE(fs::exists(study.points() / "unfinished"));
}

TEST_CASE("study refuses points that were run on other files", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1]\n");
  REQUIRE(study.run().status == 0);
  study.folder().write("train.conll", study.read("train.conll") + "\nBerlin B-LOC\n");
  const auto outcome = study.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("/seed-1: error: this point was run with other files\n  " +
                         (study.folder() / "train.conll").string() + ": its content has changed since\n") !=
        std::string::npos);
}

TEST_CASE("study starts no point of a file that has changed since", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2]\n");
  Program program({"tiny.toml", "--set", "train.epochs=100"}, study.folder().path());
  wait_for(study.points() / "seed-1/run.json");
  study.folder().write("tiny.toml", study.read("tiny.toml") + "# another thought\n");
  CHECK(program.wait() == 2);
  INFO(program.err());
  CHECK(program.err().find("tiny.toml: error: the file has changed since this study began: its other points were not "
                           "started\n  the same command goes on with the file as it is now\n") != std::string::npos);
  CHECK(study.point("seed-1")["state"] == "finished");
  CHECK_FALSE(fs::exists(study.points() / "seed-2"));
  CHECK(study.run({"--set", "train.epochs=100"}).status == 0);
}

TEST_CASE("study refuses points that were run with other options", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1]\n");
  REQUIRE(study.run().status == 0);
  const auto outcome = study.run({"--set", "train.epochs=2"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("seed-1: error: this point was run with other options\n  train.epochs: 3, now 2\n") !=
        std::string::npos);
}

TEST_CASE("study refuses points whose optimizer had other groups", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1]\n");
  const auto run_with = [&](const std::string& lr) {
    return study.run({"--set", "optimizer.groups=[{tensors=[\"layer.1\"], lr=" + lr + "}]"});
  };
  REQUIRE(run_with("0.5").status == 0);
  CHECK(run_with("0.5").status == 0);
  const auto outcome = run_with("0.25");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("  optimizer.groups: [{tensors = [\"layer.1\"], lr = 0.5}], now "
                         "[{tensors = [\"layer.1\"], lr = 0.25}]\n") != std::string::npos);
}

TEST_CASE("study tells what only the model knows before the first point runs", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nfreezing.layers = [1, 7, 9]\n");
  const auto outcome = study.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("tiny.toml:") != std::string::npos);
  CHECK(outcome.err.find("7 layers") != std::string::npos);
  CHECK(outcome.err.find("9 layers") != std::string::npos);
  CHECK_FALSE(fs::exists(study.points()));
}

TEST_CASE("study's shards are its parts", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\nrun.seed = [1, 2, 3]\n");
  REQUIRE(study.run({"--shard", "2/2"}).status == 0);
  CHECK(fs::exists(study.points() / "seed-2"));
  CHECK_FALSE(fs::exists(study.points() / "seed-1"));
  const auto again = study.run({"--shard", "2/2", "--json"});
  CHECK(again.err.find("this shard is finished") != std::string::npos);
  const auto points = nlohmann::json::parse(again.out)["points"];
  CHECK(points[0]["state"] == "not in this shard");
  CHECK(points[1]["state"] == "finished");
  REQUIRE(study.run({"--shard", "1/2"}).status == 0);
  CHECK(fs::exists(study.points() / "seed-1"));
  CHECK(fs::exists(study.points() / "seed-3"));
  for (const auto* wrong : {"0/2", "3/2", "2", "a/b", "1/2/3", ""}) {
    const auto outcome = study.run({"--shard", wrong});
    CHECK(outcome.status == 2);
    CHECK(outcome.err ==
          "fthost: error: --shard takes a part and their number, such as 2/5, not '" + std::string(wrong) + "'\n");
  }
}

TEST_CASE("study runs several points at a time, with threads divided", "[pipeline][apps][study]") {
  const TinyStudy study("[study]\njobs = 2\n[study.grid]\nfreezing.layers = [0, 1]\nrun.seed = [1, 2]\n");
  const auto outcome = study.run({"--set", "run.threads=2"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  for (const auto& name : kPoints) {
    CHECK(study.point(name)["machine"]["threads"] == 1);
    CHECK(study.point(name)["cache"]["misses"] == 0);
  }
  // Two at the same time: the second is started before any has ended.
  const auto second = outcome.err.find("point 2 of 4, layers-0_seed-2"), ended = outcome.err.find(" has finished in ");
  REQUIRE(second != std::string::npos);
  REQUIRE(ended != std::string::npos);
  CHECK(second < ended);
}

TEST_CASE("study goes on when a point fails, and says so", "[pipeline][apps][study]") {
  const TinyStudy study("[study.grid]\noptimizer.lr = [1e30, 1e-3]\n");
  const auto outcome = study.run();
  CHECK(outcome.status == 1);
  CHECK(study.point("lr-1ep30")["state"] == "failed");
  CHECK(study.point("lr-0.001")["state"] == "finished");
  CHECK(outcome.err.find("error: point 1 of 2, lr-1ep30 has failed with exit status 1\n") != std::string::npos);
}

TEST_CASE("a study's point can be run, planned and checked alone", "[pipeline][apps][study]") {
  const TinyStudy study;
  REQUIRE(study.run({"--point", "layers-1_seed-2"}).status == 0);
  CHECK(study.point("layers-1_seed-2")["seed"] == 2);
  CHECK(study.run({"--point", "nothing"}).status == 2);
  const auto& folder = study.folder().path();
  const auto checked = run_program({"check", "tiny.toml"}, folder);
  CHECK(checked.status == 0);
  CHECK(checked.out.find("a study of 4 points:\n  layers-0_seed-1  freezing.layers = 0  run.seed = 1\n") == 0);
  const auto planned = run_program({"plan", "tiny.toml", "--measure", "never", "--json"}, folder);
  const auto json = nlohmann::json::parse(planned.out);
  CHECK(json.size() == 4);
  CHECK(json[3]["point"] == "layers-1_seed-2");
  CHECK(json[3]["boundary"] == "1");
  CHECK(run_program({"plan", "tiny.toml", "--measure", "never"}, folder).out.find("layers-0_seed-1             2") !=
        std::string::npos);
  const auto filled = run_program({"cache", "fill", "tiny.toml"}, folder);
  CHECK(filled.status == 2);
  CHECK(filled.err ==
        "tiny.toml: error: it holds a study of 4 points, and this is for one of them: name it with --point\n"
        "  `fthost check tiny.toml` lists them\n");
}

TEST_CASE("a shard or a point is asked of studies only", "[pipeline][apps][study]") {
  const TinyPipeline tiny;
  CHECK(tiny.run({"--shard", "1/2"}).err ==
        "fthost: error: --shard is for studies, and this pipeline has no [study]\n");
  CHECK(tiny.run({"--point", "x"}).err ==
        "tiny.toml: error: there is no [study] in it whose point --point could name\n");
  const TinyStudy study;
  const auto outcome = study.run({"--task", "x"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "tiny.toml: error: there is no [[sequence]] in it whose task --task could name\n");
  CHECK_FALSE(fs::exists(study.points()));
}

}  // namespace
}  // namespace fthost
