// fthost SEQUENCE.toml, with a model that trains in a second.

#include <fthost/entities.h>
#include <fthost/files.h>
#include <fthost/safetensors.h>

#include <algorithm>
#include <boost/interprocess/sync/file_lock.hpp>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/apps/tiny_pipeline.h"
#include "tests/page_blocks.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// What the second task adds to the pipeline: other labels, on other sentences.
std::string second_task(const std::string& options) {
  return "[[sequence]]\nname = \"people\"\n[[sequence]]\nname = \"towns\"\ndata.train = \"train2.conll\"\n"
         "data.dev = \"dev2.conll\"\n" +
         options;
}

/// The tiny pipeline with a sequence of two tasks.
class TinySequence : public TinyPipeline {
 public:
  explicit TinySequence(const std::string& options = "freezing.layers = 2\n") {
    folder().write("tiny.toml", read("tiny.toml") + second_task(options));
    for (const std::string set : {"train", "dev"}) {
      const auto towns = std::regex_replace(read(set + ".conll"), std::regex("B-PER"), "O");
      folder().write(set + "2.conll", std::regex_replace(towns, std::regex("B-LOC"), "B-TOWN"));
    }
  }

  fs::path tasks() const { return folder() / "runs/tiny"; }
  nlohmann::json task(const std::string& name) const { return record("tiny/" + name); }
  nlohmann::json measured() const { return nlohmann::json::parse(read("runs/tiny/sequence.json")); }
  std::string model(const std::string& task) const { return (tasks() / task / "model").string(); }

  Outcome run_well(const std::vector<std::string>& more = {}) const {
    auto outcome = run(more);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return outcome;
  }
};

std::vector<float> values_of(const SafetensorsFile& file, const std::string& name) {
  const auto& tensor = file.tensors().at(name);
  REQUIRE(tensor.type == "F32");
  std::vector<float> values(tensor.size / sizeof(float));
  file.read(tensor, std::as_writable_bytes(std::span(values)));
  return values;
}

TEST_CASE("sequence runs its tasks, each from the model that the one before left", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  const auto outcome = sequence.run_well();
  CHECK(sequence.task("1-people")["state"] == "finished");
  CHECK(sequence.task("1-people")["labels"] == nlohmann::json{"O", "B-LOC", "B-PER"});
  CHECK(sequence.task("2-towns")["labels"] == nlohmann::json{"O", "B-TOWN"});
  CHECK(sequence.task("2-towns")["learning_layers"] == 2);
  CHECK(outcome.err.find("task 2 of 2, towns\n") != std::string::npos);
  CHECK(outcome.err.find("all of it is finished; `fthost report ") != std::string::npos);
  // The same by hand.
  sequence.folder().write("alone.toml", TinyPipeline().read("tiny.toml"));
  const auto alone =
      run_program({"alone.toml", "--set", "model.path=" + sequence.model("1-people"), "--set",
                   "data.train=train2.conll", "--set", "data.dev=dev2.conll", "--set", "freezing.layers=2"},
                  sequence.folder().path());
  INFO(alone.err);
  REQUIRE(alone.status == 0);
  CHECK(sequence.weights("alone") == sequence.weights("tiny/2-towns"));
}

TEST_CASE("sequence's matrix has each task's own figures on its diagonal", "[pipeline][apps][sequence]") {
  const TinySequence sequence("freezing.layers = 2\ntrain.keep = \"best\"\n");
  sequence.run_well({"--set", "train.epochs=12"});
  const auto measured = sequence.measured();
  REQUIRE(measured["after"].size() == 2);
  CHECK(measured["tasks"] == nlohmann::json{"people", "towns"});
  const std::string folders[] = {"1-people", "2-towns"};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto own = sequence.task(folders[i])["metrics"];
    const auto diagonal = measured["after"][i]["dev"][i];
    CHECK(diagonal["f1"] == own["dev_f1"]);
    CHECK(diagonal["precision"] == own["dev_precision"]);
    CHECK(diagonal["recall"] == own["dev_recall"]);
    CHECK(diagonal["loss"] == own["dev_loss"]);
    CHECK(diagonal["f1"] > 0.5);
  }
}

/// A model folder of one task's encoder and another one's head.
void combine(const fs::path& encoder, const fs::path& head, const fs::path& to) {
  fs::copy(head, to);
  const SafetensorsFile from_encoder(encoder / "model.safetensors"), from_head(head / "model.safetensors");
  std::map<std::string, std::vector<float>> values;
  std::vector<TensorBytes> tensors;
  for (const auto& [name, tensor] : from_head.tensors()) {
    values[name] = values_of(name.starts_with("bert.") ? from_encoder : from_head, name);
    tensors.push_back({name, "F32", tensor.shape, std::as_bytes(std::span(values[name]))});
  }
  write_safetensors(disk(), to / "model.safetensors", std::move(tensors));
}

/// The labels of each sentence in the second of two columns.
std::vector<std::vector<std::string>> labels_in(const std::string& columns) {
  std::vector<std::vector<std::string>> sentences(1);
  std::istringstream lines(columns);
  for (std::string line; std::getline(lines, line);)
    if (line.empty())
      sentences.emplace_back();
    else
      sentences.back().push_back(line.substr(line.find('\t') + 1));
  return sentences;
}

TEST_CASE("sequence evaluates an earlier task as predict does, with its head on the encoder of now",
          "[pipeline][apps][sequence]") {
  const TinySequence sequence("freezing.plugin = \"full\"\noptimizer.lr = 3e-2\n");
  sequence.run_well({"--set", "train.epochs=12"});
  const auto after = sequence.measured()["after"];
  combine(sequence.model("2-towns"), sequence.model("1-people"), sequence.folder() / "combined");
  const auto predicted =
      run_program({"predict", "combined", "dev.conll", "--input", "conll"}, sequence.folder().path());
  INFO(predicted.err);
  REQUIRE(predicted.status == 0);
  const auto scores = score_entities(labels_in(sequence.read("dev.conll")), labels_in(predicted.out)).micro;
  CHECK(after[1]["dev"][0]["f1"] == scores.f1());
  CHECK(after[1]["dev"][0]["precision"] == scores.precision());
  // The encoder moved under the head, so that there is something to measure.
  CHECK(after[1]["dev"][0]["loss"] > after[0]["dev"][0]["loss"]);
}

TEST_CASE("a task that moves only its head leaves the figures of those before it, and no drift",
          "[pipeline][apps][sequence]") {
  const TinySequence sequence("freezing.plugin = \"classifier-only\"\n");
  sequence.run_well({"--set", "train.epochs=12"});
  const auto after = sequence.measured()["after"];
  CHECK(after[1]["dev"][0] == after[0]["dev"][0]);
  CHECK(after[0]["dev"][0]["f1"] > 0.5);
  REQUIRE(after[1]["drift"].size() == 4);  // embeddings, two layers, all
  for (std::size_t stage = 0; stage < 4; ++stage) {
    CHECK(after[1]["drift"][stage]["iterative"] == 0);
    CHECK(after[1]["drift"][stage]["base"] == after[0]["drift"][stage]["base"]);
  }
  // In the first task the upper layer learns, and nothing below it.
  const auto& first = after[0]["drift"];
  CHECK(first[0] == nlohmann::json{{"stage", "embeddings"}, {"iterative", 0.0}, {"base", 0.0}});
  CHECK(first[1] == nlohmann::json{{"stage", "layer.0"}, {"iterative", 0.0}, {"base", 0.0}});
  CHECK(first[2]["stage"] == "layer.1");
  CHECK(first[2]["iterative"] > 0);
  CHECK(first[3]["stage"] == "all");
}

/// Mean squared differences of two model folders, by stage and over all.
std::map<std::string, double> drift_between(const fs::path& now, const fs::path& before) {
  const SafetensorsFile a(now / "model.safetensors"), b(before / "model.safetensors");
  const auto of = [](const std::string& name) { return name.starts_with("bert.") ? name.substr(5) : name; };
  std::map<std::string, std::string> names;  // without the prefix that only some files have
  for (const auto& [name, tensor] : b.tensors()) names[of(name)] = name;
  std::map<std::string, std::pair<long double, std::size_t>> sums;
  for (const auto& [name, tensor] : a.tensors()) {
    if (!name.starts_with("bert.")) continue;
    const auto left = values_of(a, name), right = values_of(b, names.at(of(name)));
    const auto layer = name.find("layer.");
    const auto stage =
        layer == std::string::npos ? "embeddings" : name.substr(layer, name.find('.', layer + 6) - layer);
    for (const auto& key : {stage, std::string("all")})
      for (std::size_t i = 0; i < left.size(); ++i) {
        const long double difference = static_cast<long double>(left[i]) - right[i];
        sums[key].first += difference * difference;
        ++sums[key].second;
      }
  }
  std::map<std::string, double> means;
  for (const auto& [stage, sum] : sums)
    means[stage] = static_cast<double>(sum.first / static_cast<long double>(sum.second));
  return means;
}

TEST_CASE("sequence's drift is that of the saved files", "[pipeline][apps][sequence]") {
  const TinySequence sequence("freezing.plugin = \"full\"\n");
  sequence.run_well();
  const auto after = sequence.measured()["after"];
  const auto first = sequence.model("1-people"), second = sequence.model("2-towns");
  const std::map<std::string, double> iterative[] = {drift_between(first, TinyPipeline::model()),
                                                     drift_between(second, first)};
  const auto base = drift_between(second, TinyPipeline::model());
  for (std::size_t i = 0; i < 2; ++i)
    for (const auto& stage : after[i]["drift"]) {
      const double expected = iterative[i].at(stage["stage"]);
      CHECK(std::abs(stage["iterative"].get<double>() - expected) <= 1e-12 * expected);
    }
  for (const auto& stage : after[1]["drift"]) {
    const double expected = base.at(stage["stage"]);
    CHECK(expected > 0);
    CHECK(std::abs(stage["base"].get<double>() - expected) <= 1e-12 * expected);
  }
}

TEST_CASE("sequence's matrix.csv and its table say what sequence.json does", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  const auto outcome = sequence.run_well({"--json"});
  const auto measured = sequence.measured();
  CHECK(nlohmann::json::parse(outcome.out) == measured);
  const auto f1 = [&](std::size_t row, std::size_t task) { return measured["after"][row]["dev"][task]["f1"].dump(); };
  CHECK(sequence.read("runs/tiny/matrix.csv") ==
        "after,people,towns\npeople," + f1(0, 0) + ",\ntowns," + f1(1, 0) + "," + f1(1, 1) + "\n");
  CHECK(outcome.err.find("\nF1 on dev     people  towns\nafter people") != std::string::npos);
  CHECK(outcome.err.find("\ndrift against the start (base)") != std::string::npos);
}

TEST_CASE("sequence that is finished runs and measures nothing again", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.run_well();
  const auto run = fs::last_write_time(sequence.tasks() / "2-towns/run.json");
  const auto measured = fs::last_write_time(sequence.tasks() / "sequence.json");
  const auto outcome = sequence.run_well();
  CHECK(outcome.err.find("2 tasks, 2 finished before, 0 to run") != std::string::npos);
  CHECK(fs::last_write_time(sequence.tasks() / "2-towns/run.json") == run);
  CHECK(fs::last_write_time(sequence.tasks() / "sequence.json") == measured);
  // What was not measured yet is, of the runs that are there.
  const auto before = sequence.measured()["after"];
  fs::remove(sequence.tasks() / "sequence.json");
  sequence.run_well();
  CHECK(fs::last_write_time(sequence.tasks() / "2-towns/run.json") == run);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(sequence.measured()["after"][i]["dev"] == before[i]["dev"]);
    CHECK(sequence.measured()["after"][i]["drift"] == before[i]["drift"]);
  }
}

TEST_CASE("sequence measures dev sets and reads no test set for that", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.folder().write("test.conll", sequence.read("dev.conll"));
  const std::vector<std::string> with_test = {"--set", "data.test=test.conll"};
  sequence.run_well(with_test);
  const auto before = sequence.measured()["after"];
  fs::remove(sequence.tasks() / "sequence.json");
  fs::remove(sequence.folder() / "test.conll");
  sequence.run_well(with_test);
  for (std::size_t i = 0; i < 2; ++i) CHECK(sequence.measured()["after"][i]["dev"] == before[i]["dev"]);
}

TEST_CASE("sequence that is interrupted hands the signal to its task, and resumes", "[pipeline][apps][sequence]") {
  const TinySequence sequence("train.epochs = 200000\n");
  {
    Program program({"tiny.toml"}, sequence.folder().path());
    wait_for(sequence.tasks() / "2-towns/metrics.csv");
    program.signal(SIGINT);
    CHECK(program.wait() == 130);
    CHECK(program.err().find("the same command goes on at the first task that is not finished") != std::string::npos);
  }
  CHECK(sequence.task("2-towns")["state"] == "interrupted");
  CHECK(sequence.measured()["after"].size() == 1);
  const auto first = fs::last_write_time(sequence.tasks() / "1-people/run.json");
  const auto text = sequence.read("tiny.toml");
  sequence.folder().write("tiny.toml", std::regex_replace(text, std::regex("200000"), "1"));
  sequence.run_well();
  CHECK(fs::last_write_time(sequence.tasks() / "1-people/run.json") == first);
  CHECK(sequence.task("2-towns")["state"] == "finished");
  CHECK(fs::exists(sequence.tasks() / "unfinished/2-towns/run.json"));
  CHECK(sequence.measured()["after"].size() == 2);
}

TEST_CASE("sequence leaves a task to the process that runs it", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  const auto run = sequence.tasks() / "1-people";
  fs::create_directories(run);
  std::ofstream(run / "log.txt").close();
  boost::interprocess::file_lock log((run / "log.txt").c_str());
  REQUIRE(log.try_lock());
  const auto outcome = sequence.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find(run.string() +
                         ": error: another process runs this task\n"
                         "  wait for its end, or end it; then the same command goes on where it was\n") !=
        std::string::npos);
  CHECK_FALSE(fs::exists(run / "run.json"));
}

TEST_CASE("sequence says that a finished task's model is gone", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.run_well();
  fs::remove_all(sequence.tasks() / "1-people/model");
  CHECK(sequence.run().status == 0);  // nothing needs it any more
  fs::remove_all(sequence.tasks() / "2-towns");
  const auto outcome = sequence.run();
  CHECK(outcome.status == 2);
  const auto folder = (sequence.tasks() / "1-people").string();
  CHECK(outcome.err.find(folder +
                         "/model: error: the model that the finished task 'people' left is not there any "
                         "more\n  remove " +
                         folder +
                         ": the same command then runs that task and those after it "
                         "again\n") != std::string::npos);
}

TEST_CASE("sequence starts no task of a file that has changed since", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  Program program({"tiny.toml", "--set", "train.epochs=100"}, sequence.folder().path());
  wait_for(sequence.tasks() / "1-people/run.json");
  sequence.folder().write("tiny.toml", sequence.read("tiny.toml") + "# another thought\n");
  CHECK(program.wait() == 2);
  CHECK(program.err().find("tiny.toml: error: the file has changed since this sequence began: its other tasks were not "
                           "started\n") != std::string::npos);
  CHECK(sequence.measured()["after"].size() == 1);
  CHECK_FALSE(fs::exists(sequence.tasks() / "2-towns"));
  CHECK(sequence.run({"--point", "x"}).err ==
        "tiny.toml: error: there is no [study] in it whose point --point could name\n");
}

TEST_CASE("a task whose model has changed takes those after it along", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.run_well();
  const auto weights = sequence.weights("tiny/2-towns");
  const auto before = sequence.measured()["after"][0];
  fs::rename(sequence.tasks() / "1-people", sequence.folder() / "elsewhere");
  // The same once more is the same model.
  sequence.run_well({"--task", "people"});
  CHECK(sequence.run_well().err.find("2 tasks, 2 finished before, 0 to run") != std::string::npos);
  CHECK(sequence.measured()["after"][0]["measured"] != before["measured"]);
  CHECK(sequence.measured()["after"][0]["dev"] == before["dev"]);
  // Another one is not: of some value in the midst of the encoder another digit.
  auto model = sequence.weights("tiny/1-people");
  auto& byte = model[model.size() / 8 * 4 + 2];
  byte = static_cast<char>(byte ^ 0x40);
  sequence.folder().write("runs/tiny/1-people/model/model.safetensors", model);
  const auto outcome = sequence.run_well();
  CHECK(outcome.err.find("2 tasks, 1 finished before, 1 to run") != std::string::npos);
  CHECK(outcome.err.find("task 2 of 2, towns: what an earlier try left is kept in ") != std::string::npos);
  CHECK(fs::exists(sequence.tasks() / "unfinished/2-towns/run.json"));
  CHECK((sequence.weights("tiny/2-towns") != weights));
}

TEST_CASE("sequence refuses tasks that were run with other options", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.run_well();
  const auto outcome = sequence.run({"--set", "train.epochs=2"});
  CHECK(outcome.status == 2);
  std::string expected;
  for (const auto* task : {"1-people", "2-towns"})
    expected += (sequence.tasks() / task).string() +
                ": error: this task was run with other options\n"
                "  train.epochs: 3, now 2\n"
                "  give the sequence another name ([run] name), or remove that folder\n";
  CHECK(outcome.err == expected);
}

TEST_CASE("sequence refuses a record that is damaged", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.run_well();
  std::ofstream(sequence.tasks() / "sequence.json")
      << R"({"sequence": "tiny", "start": "", "tasks": ["people"],)"
      << R"( "after": [{"task": "x", "measured": "", "dev": [], "drift": []}]})";
  const auto outcome = sequence.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("sequence.json: error: expected after to be a row for each task that is done, with the scores "
                         "of the tasks up to it, found ") != std::string::npos);
}

TEST_CASE("sequence measures no head that is not its task's any more", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  sequence.run_well();
  fs::remove(sequence.tasks() / "sequence.json");
  const auto first = sequence.read("train.conll");
  sequence.folder().write("train.conll", first + "rome\tB-RIVER\n\n");
  auto outcome = sequence.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err == (sequence.tasks() / "1-people").string() + ": error: this task was run with other files\n  " +
                           (sequence.folder() / "train.conll").string() +
                           ": its content has changed since\n"
                           "  give the sequence another name ([run] name), or remove that folder\n");
  CHECK_FALSE(fs::exists(sequence.tasks() / "sequence.json"));
  // Labels that were written over in the model itself are found too.
  const auto config = sequence.read("runs/tiny/2-towns/model/config.json");
  sequence.folder().write("train.conll", first);
  sequence.folder().write("runs/tiny/2-towns/model/config.json",
                          std::regex_replace(config, std::regex("B-TOWN"), "B-RIVER"));
  outcome = sequence.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err.ends_with(sequence.model("2-towns") +
                              ": error: its labels are not those of the training set: the data have changed since it "
                              "was trained\n"));
  sequence.folder().write("runs/tiny/2-towns/model/config.json", config);
  fs::remove(sequence.tasks() / "sequence.json");
  sequence.run_well();
}

TEST_CASE("sequence tells what only the model knows before the first task runs", "[pipeline][apps][sequence]") {
  const TinySequence sequence("freezing.layers = 7\n");
  const auto outcome = sequence.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("tiny.toml:34:1") == std::string::npos);
  CHECK(outcome.err.find("freezing.layers = 7\n") != std::string::npos);
  CHECK_FALSE(fs::exists(sequence.tasks()));
}

TEST_CASE("sequence ends at a task that fails, and says so", "[pipeline][apps][sequence]") {
  const TinySequence sequence("optimizer.lr = 1e30\n[[sequence]]\nname = \"third\"\n");
  const auto outcome = sequence.run();
  CHECK(outcome.status == 1);
  CHECK(sequence.task("2-towns")["state"] == "failed");
  CHECK_FALSE(fs::exists(sequence.tasks() / "3-third"));
  CHECK(outcome.err.find("error: task 2 of 3, towns has failed with exit status 1\n") != std::string::npos);
  CHECK(sequence.measured()["after"].size() == 1);
}

TEST_CASE("sequence is checked and planned as a whole and by the task", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  const auto& folder = sequence.folder().path();
  const auto checked = run_program({"check", "tiny.toml"}, folder);
  CHECK(checked.status == 0);
  CHECK(checked.out ==
        "a sequence of 2 tasks:\n  people\n  towns  data.train = \"train2.conll\"  data.dev = \"dev2.conll\"  "
        "freezing.layers = 2\n");
  const auto data = run_program({"check", "tiny.toml", "--data", "--task", "towns"}, folder).out;
  CHECK(data.find("dev2.conll") != std::string::npos);
  const auto planned = run_program({"plan", "tiny.toml", "--measure", "never", "--json"}, folder);
  INFO(planned.err);
  const auto json = nlohmann::json::parse(planned.out);
  REQUIRE(json.size() == 2);
  CHECK(json[0]["task"] == "people");
  CHECK(json[0]["boundary"] == "1");
  CHECK(json[1]["task"] == "towns");
  CHECK(json[1]["boundary"] == "0");
  CHECK(run_program({"plan", "tiny.toml", "--measure", "never", "--task", "towns"}, folder).status == 0);
}

TEST_CASE("a sequence's task alone needs what the one before it leaves", "[pipeline][apps][sequence]") {
  const TinySequence sequence;
  const auto early = sequence.run({"--task", "towns"});
  CHECK(early.status == 2);
  CHECK(early.err ==
        sequence.model("1-people") +
            ": error: the task 'towns' starts from this model of the task 'people', which is not there yet\n"
            "  without --task all tasks are run, one after the other\n");
  CHECK(sequence.run({"--task", "nothing"}).err ==
        "fthost: error: the sequence has no task 'nothing'\n  its tasks: people, towns\n");
  const auto filled = run_program({"cache", "fill", "tiny.toml"}, sequence.folder().path());
  CHECK(filled.status == 2);
  CHECK(filled.err ==
        "tiny.toml: error: it holds a sequence of 2 tasks, and this is for one of them: name it with --task\n"
        "  `fthost check tiny.toml` lists them\n");
  CHECK(sequence.run({"--shard", "1/2"}).err ==
        "fthost: error: --shard is for studies, and this pipeline has no [study]\n");
  CHECK(TinyPipeline().run({"--task", "x"}).err ==
        "tiny.toml: error: there is no [[sequence]] in it whose task --task could name\n");
}

TEST_CASE("docs/sequences.md is followed word by word", "[pipeline][apps][sequence]") {
  const TinySequence home;
  const auto& folder = home.folder();
  fs::create_directory(folder / "models");
  fs::create_symlink(TinyPipeline::model(), folder / "models/bert");
  for (const auto* corpus : {"wnut17", "ncbi-disease"}) fs::create_directories(folder / "data" / corpus);
  fs::copy(folder / "train.conll", folder / "data/wnut17/train.conll");
  fs::copy(folder / "dev.conll", folder / "data/wnut17/dev.conll");
  fs::copy(folder / "train2.conll", folder / "data/ncbi-disease/train.tsv");
  fs::copy(folder / "dev2.conll", folder / "data/ncbi-disease/devel.tsv");
  auto blocks = blocks_of(fs::path(FTHOST_SOURCE_DIR) / "docs/sequences.md");
  REQUIRE(blocks.size() > 3);
  // Longer than the small model takes.
  blocks[0].text = std::regex_replace(blocks[0].text, std::regex("max_length = 128"), "max_length = 16");

  const TemporaryFolder outputs;
  const auto path = FTHOST_BUILD_DIR "/bin:" + std::string(std::getenv("PATH"));
  const auto followed =
      run_process({"bash", "-c", script_of(blocks, outputs.path())}, folder.path(), "", {{"PATH", path}});
  INFO(followed.err);
  REQUIRE(followed.status == 0);
  for (std::size_t i = 1; i < blocks.size(); ++i)
    if (blocks[i].language == "text" && blocks[i - 1].language == "sh")
      CHECK(outputs.read(std::to_string(i - 1)) == blocks[i].text);
  CHECK(home.read("runs/sequence/matrix.csv").starts_with("after,wnut17,ncbi-disease\n"));
  CHECK(home.record("sequence/2-ncbi-disease")["learning_layers"] == 1);
  CHECK(home.read("report.html").find("sequence-1-f1") != std::string::npos);
}

}  // namespace
}  // namespace fthost
