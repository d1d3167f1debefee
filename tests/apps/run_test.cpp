// fthost PIPELINE.toml, from the file to the run folder.

#include <fthost/safetensors.h>

#include <cstring>
#include <sstream>
#include <tuple>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

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

TEST_CASE("a run's record has the files that are the model's, whatever lies beside them", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto model = tiny.folder() / "model";
  std::filesystem::copy(TinyPipeline::model(), model);
  for (const auto* beside : {"README.md", "pytorch_model.bin", "model.onnx"})
    tiny.folder().write("model/" + std::string(beside), "x");
  tiny.run_as("tiny", {"model.path=" + model.string(), "train.epochs=1"});
  const auto record = tiny.record();
  std::vector<std::string> names;
  for (const auto& file : record.at("model_files"))
    names.push_back(std::filesystem::path(file.at("path").get<std::string>()).filename());
  CHECK(names == std::vector<std::string>{"config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"});
}

TEST_CASE("a model that cannot be written leaves nothing of it", "[pipeline][apps]") {
  const TinyPipeline tiny;
  // Files of 64 KiB at most, of which the weights alone are more.
  const auto outcome =
      run_process({"bash", "-c", "trap '' XFSZ && ulimit -f 64 && exec \"$0\" tiny.toml --set cache.mode=off",
                   FTHOST_BUILD_DIR "/bin/fthost"},
                  tiny.folder().path());
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find(": File too large") != std::string::npos);
  CHECK(tiny.record().at("state") == "failed");
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "runs/tiny/model"));
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "runs/tiny/.tmp-model"));
}

TEST_CASE("a run that cannot write its pipeline says where its folder is", "[pipeline][apps]") {
  const TinyPipeline tiny;
  // Files of 1 KiB at most.
  const auto outcome = run_process(
      {"bash", "-c", "trap '' XFSZ && ulimit -f 1 && exec \"$0\" tiny.toml --quiet", FTHOST_BUILD_DIR "/bin/fthost"},
      tiny.folder().path());
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find("runs/tiny/.pipeline.toml.tmp-") != std::string::npos);
  CHECK(outcome.err.find(": File too large\n") != std::string::npos);
  CHECK(outcome.err.find("  what there is so far: " + (tiny.folder() / "runs/tiny").string() + "\n") !=
        std::string::npos);
  CHECK(tiny.read("runs/tiny/log.txt").find("File too large") != std::string::npos);
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

  CHECK(tiny.changed_tensors("head").empty());
  const auto last = tiny.changed_tensors("last");
  CHECK(last.size() == 16);
  CHECK(all_start_with(last, "bert.encoder.layer.1."));
  // Two layers of 16 tensors, and the embeddings' words, positions, types and norm.
  CHECK(tiny.changed_tensors("full").size() == 37);

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
  // The loss is named and not the gradients, and the step that has it ends before its update.
  CHECK(tiny.record().at("reason").get<std::string>().starts_with("the loss is "));
  const auto steps = tiny.events("tiny", "step_ended").size();
  CHECK(outcome.err.find("in step " + std::to_string(steps + 1) + ", ") != std::string::npos);
  CHECK(tiny.read("runs/tiny/events.jsonl").find("\"run_ended\"") != std::string::npos);
}

/// The epoch with the smallest dev_loss in metrics.csv, and how many epochs there are.
std::pair<int, int> best_epoch(const std::string& csv) {
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  REQUIRE(line.starts_with("epoch,train_loss,dev_loss,"));
  int epochs = 0, best = 0;
  for (double least = 0; std::getline(lines, line);) {
    ++epochs;
    const double loss = std::stod(line.substr(line.find(',', line.find(',') + 1) + 1));
    if (best == 0 || loss < least) std::tie(best, least) = std::pair{epochs, loss};
  }
  return {best, epochs};
}

TEST_CASE("the best epoch's weights can be kept", "[pipeline][apps]") {
  const TinyPipeline tiny;
  // So high a rate that the loss soon grows again.
  const auto kept =
      tiny.run({"--set", "train.keep=best", "--set", "train.metric=dev_loss", "--set", "train.epochs=6", "--set",
                "optimizer.lr=1.0", "--set", "freezing.plugin=full", "--set", "schedule.plugin=constant"});
  INFO(kept.err);
  REQUIRE(kept.status == 0);
  const auto csv = tiny.read("runs/tiny/metrics.csv");
  INFO(csv);
  const auto [best, epochs] = best_epoch(csv);
  REQUIRE(epochs == 6);
  CHECK(best < epochs);
  CHECK(tiny.record().at("kept_epoch") == best);
}

TEST_CASE("a figure that no sink gives cannot choose the best epoch", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("tiny.toml", tiny.read("tiny.toml") + "keep = \"best\"\nmetric = \"dev_f2\"\n");
  const auto unknown = tiny.run();
  CHECK(unknown.status == 2);
  CHECK(unknown.err.find("tiny.toml:32:10: error: no sink gives a figure named 'dev_f2' after an epoch\n"
                         "   32 | metric = \"dev_f2\"\n"
                         "      |          ^^^^^^^^ did you mean 'dev_f1'?\n"
                         "  metric: text, default \"dev_f1\"; the figure by which the best epoch is found\n"
                         "  there are: dev_f1, dev_loss, dev_precision, dev_recall, "
                         "eval_seconds, seconds, tokens_per_second, train_loss\n") != std::string::npos);
}

TEST_CASE("a max_length beyond the model is refused by plan and run alike", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto plan = run_program({"plan", "tiny.toml", "--set", "data.max_length=25"}, tiny.folder().path());
  CHECK(plan.status == 2);
  CHECK(plan.err.find("max_length is 25, but the model takes 24 tokens at most") != std::string::npos);
  const auto run = tiny.run({"--set", "data.max_length=25"});
  CHECK(run.status == 2);
  CHECK(run.err.find(plan.err) != std::string::npos);
}

TEST_CASE("a device that is not there is refused at its line, before anything is done", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("tiny.toml", std::regex_replace(tiny.read("tiny.toml"), std::regex("threads = 1"),
                                                      "threads = 1\ndevice = \"cuda:999\""));
  // Why it is not there depends on the machine and the build.
  const auto said = [](const std::string& err) {
    return std::regex_replace(err, std::regex("is not there: .*"), "is not there: WHY");
  };
  const std::string expected =
      "tiny.toml:3:10: error: device 'cuda:999' is not there: WHY\n"
      "    3 | device = \"cuda:999\"\n"
      "      |          ^^^^^^^^^^\n"
      "  device: text, default \"auto\"; \"auto\" (a GPU when there is one), \"cpu\", \"cuda\" or \"cuda:N\"\n"
      "  `fthost doctor` shows what there is\n";
  const auto run = tiny.run();
  CHECK(run.status == 2);
  CHECK(said(run.err) == expected);
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "runs"));
  const auto plan = run_program({"plan", "tiny.toml"}, tiny.folder().path());
  CHECK(plan.status == 2);
  CHECK(said(plan.err) == expected);
  const auto predict =
      run_program({"predict", TinyPipeline::model().string(), "--device", "cuda:999"}, ".", "anna was home\n");
  CHECK(predict.status == 2);
  CHECK(said(predict.err) ==
        "--device: error: device 'cuda:999' is not there: WHY\n  `fthost doctor` shows what there is\n");
}

TEST_CASE("run is refused when a launcher started several processes", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto start = [&](const Environment& environment) {
    return run_program({"tiny.toml", "--set", "train.epochs=1"}, tiny.folder().path(), "", environment);
  };
  const auto two = start({{"WORLD_SIZE", "2"}, {"RANK", "0"}});
  CHECK(two.status == 2);
  CHECK(two.err ==
        "fthost: error: WORLD_SIZE is 2, but fthost trains with one process for now; unset it, or start one "
        "process\n");
  const auto second = start({{"RANK", "1"}});
  CHECK(second.status == 2);
  CHECK(second.err ==
        "fthost: error: RANK is 1, but fthost trains with one process for now; unset it, or start one process\n");
  CHECK(start({{"WORLD_SIZE", "1"}, {"RANK", "0"}}).status == 0);
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

TEST_CASE("run sets what it took beside what an earlier plan predicted", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto record = [&](const std::string& name) {
    return nlohmann::json::parse(tiny.folder().read("runs/" + name + "/run.json"));
  };
  CHECK(tiny.run_as("before", {"cache.mode=disk"}).find("predicted") == std::string::npos);
  CHECK_FALSE(record("before").contains("cost"));
  const auto plan = run_program({"plan", "tiny.toml", "--json", "--set", "cache.mode=disk"}, tiny.folder().path());
  REQUIRE(plan.status == 0);
  const auto predicted = nlohmann::json::parse(plan.out).at("predicted");
  CHECK(tiny.run_as("after", {"cache.mode=disk"}).find("predicted ") != std::string::npos);
  const auto after = record("after");
  const auto& cost = after.at("cost");
  CHECK(cost.at("predicted_epoch_seconds") == predicted.at("epoch_seconds"));
  CHECK(cost.at("measured_epoch_seconds").get<double>() > 0);
  // The first run had left all rows: nothing was to be filled.
  CHECK(cost.at("predicted_seconds").get<double>() ==
        Approx(predicted.at("total_seconds").get<double>() - predicted.at("fill_seconds").get<double>()));
  CHECK(cost.at("measured_seconds") == after.at("seconds"));
  // The prediction is for the first epoch's boundary.
  tiny.run_as("moved", {"freezing.plugin=gradual", "freezing.start=0", "freezing.layers=2"});
  CHECK_FALSE(record("moved").contains("cost"));
}

TEST_CASE("plan counts the rows of all stages where the head reads them", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto plan = [&](const std::string& head) {
    const auto outcome =
        run_program({"plan", "tiny.toml", "--json", "--set", "cache.mode=disk", "--set", "head.plugin=" + head},
                    tiny.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out);
  };
  const auto top = plan("ner"), all = plan("ner-scalar-mix");
  const auto bytes = top.at("predicted").at("cache_bytes").get<std::int64_t>();
  CHECK(bytes > 0);
  // The embeddings' and a layer's below boundary 1; another layer's below the head.
  CHECK(all.at("predicted").at("cache_bytes") == 2 * bytes);
  CHECK(all.at("alternatives").at(0).at("cache_bytes") == 3 * bytes);
  CHECK(all.at("memory_bytes").at("cache") == 2 * bytes);
  CHECK(all.at("learning_parameters") == top.at("learning_parameters").get<int>() + 3 + 1);
}

TEST_CASE("plan predicts seconds, for its own strategy and all others", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto plan = [&](const std::string& measure) {
    const auto outcome = run_program({"plan", "tiny.toml", "--json", "--measure", measure}, tiny.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out);
  };
  CHECK_FALSE(plan("never").contains("predicted"));
  const auto measured = plan("new");
  CHECK(measured.at("predicted").at("boundary") == "1");
  CHECK(measured.at("predicted").at("epoch_seconds") > 0);
  CHECK(measured.at("alternatives").size() == 4);
  CHECK(measured.at("alternatives").at(0).at("learns") == "classifier only");
  CHECK(measured.at("alternatives").at(3).at("learns") == "full");
  // A later plan reads what was measured.
  CHECK(plan("new").at("alternatives") == measured.at("alternatives"));
  CHECK(plan("always").at("alternatives") != measured.at("alternatives"));
  const auto text = run_program({"plan", "tiny.toml"}, tiny.folder().path());
  CHECK(text.out.find("predicted from steps measured earlier, 3 epochs\n") != std::string::npos);
  const auto wrong = run_program({"plan", "tiny.toml", "--measure", "now"}, tiny.folder().path());
  CHECK(wrong.status == 2);
  CHECK(wrong.err == "fthost: error: --measure is 'new', 'always' or 'never', not 'now'\n");
}

TEST_CASE("plan predicts no cache where no run has one", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto plan = [&](const std::string& option) {
    const auto outcome =
        run_program({"plan", "tiny.toml", "--json", "--set", "cache.mode=disk", "--set", option}, tiny.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out);
  };
  REQUIRE(plan("train.epochs=3").at("alternatives").at(0).at("cache_bytes") > 0);
  for (const std::string option : {"freezing.frozen_dropout=true", "train.clip_over=all"}) {
    INFO(option);
    const auto planned = plan(option);
    CHECK(planned.at("predicted").at("cache_bytes") == 0);
    for (const auto& row : planned.at("alternatives")) {
      CHECK(row.at("cache_bytes") == 0);
      CHECK(row.at("fill_seconds") == 0);
      CHECK(row.at("epoch_seconds") == row.at("uncached_seconds"));
    }
  }
}

TEST_CASE("plan counts rows as wide as they are kept, and those that have room", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto plan = [&](const std::string& mode, const std::string& option) {
    const auto outcome = run_program({"plan", "tiny.toml", "--json", "--set", "cache.mode=" + mode, "--set", option},
                                     tiny.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out);
  };
  const auto bytes = [](const nlohmann::json& planned) {
    return planned.at("predicted").at("cache_bytes").get<std::int64_t>();
  };
  const auto wide = plan("memory", "cache.storage=f32");
  CHECK(bytes(wide) > 0);
  CHECK(2 * bytes(plan("memory", "cache.storage=bf16")) == bytes(wide));
  // Each mode has its own room; by itself the cache takes whichever there is.
  for (const auto& [mode, option] :
       std::vector<std::pair<std::string, std::string>>{{"memory", "cache.memory=0"}, {"disk", "cache.disk=0"}}) {
    const auto none = plan(mode, option);
    CHECK(bytes(none) == 0);
    CHECK(none.at("predicted").at("epoch_seconds") == none.at("predicted").at("uncached_seconds"));
    CHECK(none.at("alternatives").at(0).at("cache_bytes") == 0);
    CHECK(plan("auto", option).at("alternatives").at(1).at("cache_bytes") == bytes(wide));
  }
}

TEST_CASE("plan counts the gradients of frozen tensors where they are asked for", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto memory = [&](const std::string& measure, const std::string& clip_over) {
    const auto outcome =
        run_program({"plan", "tiny.toml", "--json", "--measure", measure, "--set", "train.clip_over=" + clip_over},
                    tiny.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out).at("memory_bytes");
  };
  const std::string measure = GENERATE("never", "new");
  const auto learning = memory(measure, "learning"), all = memory(measure, "all");
  CHECK(learning.at("gradients") < learning.at("weights"));
  CHECK(all.at("gradients") == all.at("weights"));
  CHECK(all.at("activations") > learning.at("activations"));
  CHECK(all.at("optimizer") == learning.at("optimizer"));
}

TEST_CASE("plan counts a batch of full length, by examples or by tokens", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("tokens.toml",
                      std::regex_replace(tiny.read("tiny.toml"), std::regex("batch_size = 8"), "batch_tokens = 128"));
  const auto activations = [&](const std::string& file, const std::vector<std::string>& options) {
    std::vector<std::string> words = {"plan", file, "--json", "--measure", "never"};
    for (const auto& option : options) words.insert(words.end(), {"--set", option});
    const auto outcome = run_program(words, tiny.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out).at("memory_bytes").at("activations").get<std::int64_t>();
  };
  // 8 examples of 16 tokens.
  const auto of_128 = activations("tiny.toml", {});
  CHECK(activations("tokens.toml", {}) == of_128);
  CHECK(activations("tokens.toml", {"train.batch_tokens=256"}) == 2 * of_128);
  // An example that is longer than the batch may be.
  CHECK(activations("tokens.toml", {"train.batch_tokens=4"}) == of_128 / 8);
}

TEST_CASE("plan counts rows of padding as a run computes them", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto evaluation_seconds = [&](const std::string& pad) {
    const auto outcome =
        run_program({"plan", "tiny.toml", "--json", "--set", "cache.mode=off", "--set", pad}, tiny.folder().path());
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out).at("predicted").at("evaluation_seconds").get<double>();
  };
  tiny.run_as("run", {});
  const auto dev = tiny.record("run").at("data").at("dev");
  const double packed = dev.at("tokens"), padded = dev.at("examples").get<double>() * 16;
  REQUIRE(padded > packed);
  const double without = evaluation_seconds("data.pad=none");
  CHECK(evaluation_seconds("data.pad=max_length") == Approx(without * padded / packed));
}

}  // namespace
}  // namespace fthost
