// fthost PIPELINE.toml, from the file to the run folder.

#include <fthost/safetensors.h>

#include <cstring>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

std::vector<std::byte> bytes_of(const SafetensorsFile& file, const std::string& name) {
  const auto& tensor = file.tensors().at(name);
  std::vector<std::byte> bytes(tensor.size);
  file.read(tensor, bytes);
  return bytes;
}

/// The encoder's tensors that a run changed, as names.
std::vector<std::string> changed_tensors(const TinyPipeline& tiny, const std::string& run) {
  const SafetensorsFile before(TinyPipeline::model() / "model.safetensors");
  const SafetensorsFile after(tiny.folder() / ("runs/" + run + "/model/model.safetensors"));
  std::vector<std::string> changed;
  for (const auto& [name, tensor] : after.tensors())
    if (name.starts_with("bert.") && bytes_of(after, name) != bytes_of(before, name)) changed.push_back(name);
  return changed;
}

bool all_start_with(const std::vector<std::string>& names, const std::string& start) {
  for (const auto& name : names)
    if (!name.starts_with(start)) return false;
  return true;
}

TEST_CASE("a run leaves everything in its folder", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto outcome = tiny.run({"--json"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  for (const auto* file : {"pipeline.toml", "run.json", "events.jsonl", "metrics.csv", "log.txt", "model/config.json",
                           "model/model.safetensors", "model/vocab.txt", "model/fthost.json"}) {
    INFO(file);
    CHECK(std::filesystem::file_size(tiny.folder() / ("runs/tiny/" + std::string(file))) > 0);
  }
  const auto record = tiny.record();
  CHECK(record.at("state") == "finished");
  CHECK(tiny.read("runs/tiny/metrics.csv")
            .starts_with("epoch,train_loss,dev_loss,dev_precision,dev_recall,dev_f1,seconds,eval_seconds,"
                         "tokens_per_second,lr\n1,"));
  const auto result = nlohmann::json::parse(outcome.out);
  CHECK(result.at("state") == "finished");
  CHECK(result.at("metrics").at("dev_f1").get<double>() > 0.3);
}

TEST_CASE("a second run of the same name gets a folder of its own", "[pipeline][apps]") {
  const TinyPipeline tiny;
  CHECK(tiny.run({"--set", "train.epochs=1"}).status == 0);
  CHECK(tiny.run({"--set", "train.epochs=1"}).status == 0);
  CHECK(tiny.record("tiny-2").at("state") == "finished");
}

TEST_CASE("swapping the strategy is one --set, and frozen tensors keep their bytes", "[pipeline][apps]") {
  const TinyPipeline tiny;
  REQUIRE(tiny.run({"--set", "freezing.plugin=classifier-only", "--set", "run.name=head"}).status == 0);
  REQUIRE(tiny.run({"--set", "run.name=last"}).status == 0);
  REQUIRE(tiny.run({"--set", "freezing.plugin=full", "--set", "run.name=full"}).status == 0);

  CHECK(changed_tensors(tiny, "head").empty());
  const auto last = changed_tensors(tiny, "last");
  CHECK(last.size() == 16);
  CHECK(all_start_with(last, "bert.encoder.layer.1."));
  // Two layers of 16 tensors, and the embeddings' words, positions, types and norm.
  CHECK(changed_tensors(tiny, "full").size() == 37);

  CHECK(tiny.record("head").at("boundary") == "2");
  CHECK(tiny.record("last").at("boundary") == "1");
  CHECK(tiny.record("full").at("boundary") == "embeddings");
}

TEST_CASE("dropout in the frozen prefix changes the result, and can be asked for", "[pipeline][apps]") {
  const TinyPipeline tiny;
  REQUIRE(tiny.run({"--set", "run.name=off"}).status == 0);
  REQUIRE(tiny.run({"--set", "run.name=on", "--set", "freezing.frozen_dropout=true"}).status == 0);
  CHECK(tiny.read("runs/off/model/model.safetensors") != tiny.read("runs/on/model/model.safetensors"));
}

TEST_CASE("an option that does not fit the model points at its line, before there is a run folder",
          "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto outcome = tiny.run({"--set", "freezing.layers=20"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("freezing.layers=20") != std::string::npos);
  CHECK(outcome.err.find("20 layers") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "runs"));
}

TEST_CASE("a loss that is no number ends the run, which keeps what there is", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto outcome = tiny.run({"--set", "optimizer.lr=1e38", "--set", "freezing.plugin=full"});
  CHECK(outcome.status == 1);
  INFO(outcome.err);
  CHECK(outcome.err.find("in a batch that starts with the sentence of ") != std::string::npos);
  CHECK(outcome.err.find("try a tenth of [optimizer] lr") != std::string::npos);
  CHECK(tiny.record().at("state") == "failed");
  CHECK(tiny.read("runs/tiny/events.jsonl").find("\"run_ended\"") != std::string::npos);
}

TEST_CASE("the best epoch's weights can be kept", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto best = tiny.run({"--set", "train.keep=best", "--set", "train.metric=dev_loss"});
  INFO(best.err);
  CHECK(best.status == 0);
  const auto unknown = tiny.run({"--set", "train.keep=best", "--set", "train.metric=dev_f2"});
  CHECK(unknown.status == 2);
  CHECK(unknown.err.find("no sink gives a figure named 'dev_f2'") != std::string::npos);
}

TEST_CASE("plan says what learns without training", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto outcome = run_program({"plan", "tiny.toml", "--json"}, tiny.folder().path());
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto plan = nlohmann::json::parse(outcome.out);
  CHECK(plan.at("boundary") == "1");
  // A layer: four products of 32x32 with biases, two of 32x48, two norms; the head: 3 labels (O, B-PER, B-LOC).
  const int layer = 4 * (32 * 32 + 32) + (32 * 48 + 48) + (48 * 32 + 32) + 2 * 2 * 32;
  CHECK(plan.at("learning_parameters") == layer + 3 * 32 + 3);
  CHECK(plan.at("memory_bytes").at("optimizer") == 8 * (layer + 3 * 32 + 3));
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "runs"));
}

TEST_CASE("init writes a pipeline that passes check and runs", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto folder = tiny.folder().path();
  const auto init = run_program({"init", "--model", TinyPipeline::model().string(), "--train", "train.conll", "--dev",
                                 "dev.conll", "--output", "mine.toml"},
                                folder);
  INFO(init.err);
  REQUIRE(init.status == 0);
  CHECK(run_program({"check", "mine.toml"}, folder).status == 0);
  const auto again = run_program({"init", "--model", "m", "--train", "train.conll", "--output", "mine.toml"}, folder);
  CHECK(again.status == 2);
  CHECK(again.err == "mine.toml: error: the file is there already\n  --output names another one\n");
  const auto run = run_program(
      {"mine.toml", "--set", "data.max_length=24", "--set", "train.epochs=1", "--set", "freezing.layers=1"}, folder);
  INFO(run.err);
  CHECK(run.status == 0);
}

}  // namespace
}  // namespace fthost
