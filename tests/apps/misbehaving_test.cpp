/// Plugins that throw or return nonsense: the run ends, says whose fault it is, and keeps what there is.

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"

using namespace fthost;

namespace {

/// "how" a component misbehaves, and what the run says after the component's name and file.
struct Case {
  std::string how, said;
};

/// The tiny pipeline, with the libraries of misbehaving components in its search path.
class OddPipeline {
 public:
  /// Runs with `table`'s plugin, or with a further sink, that behaves like `how`.
  Outcome run(const std::string& table, const std::string& plugin, const std::string& how) const {
    auto text = tiny.read("tiny.toml");
    std::vector<std::string> words = {"--quiet"};
    if (table == "sinks") {
      text += "\n[[sinks]]\nplugin = \"" + plugin + "\"\nhow = \"" + how + "\"\n";
    } else {
      const std::string key = table == "data" ? "reader" : "plugin";
      words.insert(words.end(), {"--set", table + "." + key + "=" + plugin, "--set", table + ".how=" + how});
    }
    tiny.folder().write("tiny.toml", text + "\n[plugins]\npaths = [\"" + fixture("misbehaving.so").string() + "\", \"" +
                                         fixture("misbehaving_tensors.so").string() + "\"]\n");
    return tiny.run(words);
  }

  std::string kept_in() const { return "  what there is so far: " + (tiny.folder() / "runs/tiny").string() + "\n"; }

  TinyPipeline tiny;
};

std::string by(const std::string& kind, const std::string& library) {
  return kind + " 'odd-" + kind + "' (" + fixture(library).string() + ")";
}

/// Each ends the second epoch, and the first one is kept.
void check_kept(const std::string& table, const std::string& kind, const std::string& library,
                const std::vector<Case>& cases) {
  for (const auto& [how, said] : cases) {
    INFO(kind << " " << how);
    const OddPipeline odd;
    const auto outcome = odd.run(table, "odd-" + kind, how);
    const auto reason = by(kind, library) + said;
    CHECK(outcome.err == "error: " + reason + "\n" + odd.kept_in());
    CHECK(outcome.status == 1);
    CHECK(odd.tiny.record().at("state") == "failed");
    CHECK(odd.tiny.record().at("reason") == reason);
    const auto metrics = odd.tiny.read("runs/tiny/metrics.csv");
    CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 2);
  }
}

/// Each ends the command before there is a run.
void check_refused(const std::string& table, const std::string& kind, const std::vector<Case>& cases) {
  for (const auto& [how, said] : cases) {
    INFO(kind << " " << how);
    const OddPipeline odd;
    const auto outcome = odd.run(table, "odd-" + kind, how);
    const auto folder = std::filesystem::canonical(odd.tiny.folder().path()).string();
    CHECK(outcome.err == "error: " + std::regex_replace(said, std::regex("FOLDER"), folder) + "\n");
    CHECK(outcome.status == 1);
    CHECK_FALSE(std::filesystem::exists(odd.tiny.folder() / "runs"));
  }
}

}  // namespace

TEST_CASE("a schedule that misbehaves ends the run, and what there is stays", "[pipeline][apps]") {
  check_kept("schedule", "schedule", "misbehaving.so",
             {{"throws", " failed while giving the factor of a step: out of luck"},
              {"throws-int", " failed while giving the factor of a step: it threw int, which is no std::exception"},
              {"nan", " gave the factor nan for step 3; it must be finite and not negative"},
              {"negative", " gave the factor -0.500000 for step 3; it must be finite and not negative"}});
}

TEST_CASE("a freezing strategy that misbehaves ends the run, and what there is stays", "[pipeline][apps]") {
  const std::string doing = " failed while choosing what learns: ";
  check_kept("freezing", "freezing", "misbehaving.so",
             {{"throws", doing + "out of luck"},
              {"throws-int", doing + "it threw int, which is no std::exception"},
              {"empty", doing + "the freezing strategy answered for 0 tensors, the model has 39"},
              {"too-many", doing + "the freezing strategy answered for 40 tensors, the model has 39"},
              {"none", doing + "the freezing strategy lets no tensor learn"}});
}

TEST_CASE("a sink that misbehaves ends the run, and what there is stays", "[pipeline][apps]") {
  check_kept("sinks", "sink", "misbehaving.so",
             {{"throws", ": out of luck"},
              {"throws-int", ": it threw int, which is no std::exception"},
              {"no-option", " complains of an option 'when' that it does not declare: it is too late for that"},
              {"writer", ": it emitted the figure 'odd', but its role is writer: only metric sinks do that"}});
}

TEST_CASE("a head that misbehaves ends the run, and what there is stays", "[pipeline][apps]") {
  const std::string logits = " failed while computing logits: ", loss = " failed while computing the loss: ";
  check_kept("head", "head", "misbehaving_tensors.so",
             {{"logits", logits + "expected logits of shape [50, 2], it gave Float of shape [2, 50] on cpu"},
              {"loss", loss + "expected one Float as the mean loss, it gave Float of shape [50] on cpu"},
              {"labelled", loss + "it says that 51 of 50 tokens are labelled"},
              {"detached-loss", loss + "autograd did not record the loss, so what learns would get no gradient"},
              {"decode", " failed while decoding labels: it gave 7 labels for an example with 6 words"}});
}

TEST_CASE("a model that misbehaves ends the run, and what there is stays", "[pipeline][apps]") {
  const std::string doing = " failed while computing its stages: ",
                    expected = "expected hidden rows of shape [50, 4], ";
  check_kept("model", "model", "misbehaving_tensors.so",
             {{"throws", doing + "out of luck"},
              {"shape", doing + expected + "it gave Float of shape [50, 3] on cpu"},
              {"integers", doing + expected + "it gave Long of shape [50, 4] on cpu"},
              {"undefined", doing + expected + "it gave no tensor"}});
}

TEST_CASE("an optimizer that misbehaves ends the run, and what there is stays", "[pipeline][apps]") {
  check_kept("optimizer", "optimizer", "misbehaving_tensors.so",
             {{"throws", " failed while updating: out of luck"},
              // Without the stack trace that LibTorch puts behind it.
              {"libtorch",
               " failed while updating: The size of tensor a (2) must match the size of tensor b (3) at "
               "non-singleton dimension 0"}});
}

TEST_CASE("a component that fails before the run is named, and leaves no folder", "[pipeline][apps]") {
  const auto made = [](const std::string& kind) {
    return kind + " 'odd-" + kind + "' of " + fixture("misbehaving.so").string() + " could not be created: ";
  };
  check_refused("schedule", "schedule",
                {{"constructor", made("schedule") + "out of luck"},
                 {"constructor-int", made("schedule") + "it threw int, which is no std::exception"},
                 {"constructor-option", by("schedule", "misbehaving.so") +
                                            " complains of an option 'warmup' that it does not declare: too long"}});
  const auto reader = by("reader", "misbehaving.so") + " failed while reading: ";
  const auto gave = reader + "the reader gave a sentence that it must not give: number 1 of FOLDER/train.conll has ";
  check_refused("data", "reader",
                {{"throws", reader + "out of luck"},
                 {"throws-int", reader + "it threw int, which is no std::exception"},
                 {"no-words", gave + "no words"},
                 {"empty-word", gave + "an empty word at place 2"},
                 {"labels", gave + "1 labels for 2 words"},
                 {"lines", gave + "3 line numbers for 2 words"}});
  const auto head = by("head", "misbehaving_tensors.so"), model = by("model", "misbehaving_tensors.so");
  check_refused("head", "head",
                {{"no-labels", head + " failed while learning its labels: it has none afterwards"},
                 {"targets", head + " failed while aligning labels: it gave 7 label ids for an example with 8 tokens"},
                 {"label-id", head + " failed while aligning labels: it gave the label id 2, but it has 2 labels"},
                 {"tensors", head + " failed while making its tensors: its parameter 'w' is Float of shape [3, 32] on "
                                    "cpu, expected Float of shape [2, 32] on cpu"}});
  const OddPipeline all_stages;
  CHECK(all_stages.run("head", "odd-stages-head", "throws").err ==
        "error: head 'odd-stages-head' (" + fixture("misbehaving_tensors.so").string() +
            ") failed while being told of the stages: out of luck\n");
  check_refused("model", "model",
                {{"topology", model + " failed while describing its topology: out of luck"},
                 {"stages", model + " failed while describing its topology: its topology has the tensor 'words' in "
                                    "stage 0 after one of stage 1, of 2 stages; tensors must be in the order of their "
                                    "stages"},
                 {"load", model + " failed while reading the weights: out of luck"},
                 {"too-few", model + " failed while reading the weights: it has 1 parameters, but named 2 tensors"},
                 {"other-name", model + " failed while reading the weights: its parameter 1 is 'layers', but it named "
                                        "'layer'"},
                 {"other-shape", model + " failed while reading the weights: its parameter 'layer' is Float of shape "
                                         "[5, 5] on cpu, expected Float of shape [4, 4] on cpu"}});
  check_refused("optimizer", "optimizer",
                {{"parameters", by("optimizer", "misbehaving_tensors.so") +
                                    " failed while taking over the learning tensors: out of luck"}});
  check_refused("sinks", "sink",
                {{"role", by("sink", "misbehaving.so") + ": no role"},
                 // Not the reader's fault, which runs the sink.
                 {"reading", by("sink", "misbehaving.so") + ": out of luck"}});
}

TEST_CASE("a destructor that throws is named, and the run that ended before is kept", "[pipeline][apps]") {
  const OddPipeline odd;
  const auto outcome = odd.run("schedule", "odd-schedule", "destructor");
  CHECK(outcome.err == "error: schedule 'odd-schedule' of " + fixture("misbehaving.so").string() +
                           " threw from its destructor: no way to end\n  What was written until then is kept.\n");
  CHECK(outcome.status == 1);
  CHECK(odd.tiny.record().at("state") == "finished");
  CHECK(std::filesystem::exists(odd.tiny.folder() / "runs/tiny/model/model.safetensors"));
}

TEST_CASE("an option that a plugin finds wrong late is shown with its line and the plugin's file", "[pipeline][apps]") {
  const std::string note = "  how: text; what it does\n  it is in " + fixture("misbehaving.so").string() + "\n";
  const OddPipeline sink;
  auto outcome = sink.run("sinks", "odd-sink", "option");
  CHECK(outcome.err ==
        "tiny.toml:34:7: error: sink 'odd-sink': it is too late for that\n"
        "   34 | how = \"option\"\n      |       ^^^^^^^^\n" +
            note + sink.kept_in());
  CHECK(outcome.status == 2);
  CHECK(sink.tiny.record().at("state") == "failed");
  const OddPipeline freezing;
  outcome = freezing.run("freezing", "odd-freezing", "option");
  CHECK(outcome.err ==
        "--set: error: freezing 'odd-freezing': it is too late for that\n"
        "      | freezing.how=option\n      |              ^^^^^^\n" +
            note + freezing.kept_in());
  CHECK(outcome.status == 2);
}

TEST_CASE("an InputError of a class of the plugin's own is shown after its library was closed", "[pipeline][apps]") {
  const OddPipeline odd;
  const auto outcome = odd.run("data", "odd-reader", "throws-input");
  CHECK(outcome.err == "here: error: out of luck\n");
  CHECK(outcome.status == 2);
}

TEST_CASE("a backward pass that fails names head and model", "[pipeline][apps]") {
  const OddPipeline odd;
  const auto outcome = odd.run("head", "odd-head", "backward");
  CHECK(outcome.err == "error: the backward pass of " + by("head", "misbehaving_tensors.so") + " or model 'bert' (" +
                           FTHOST_BUILD_DIR "/lib/fthost/plugins/bert.so): no way back\n" + odd.kept_in());
  CHECK(outcome.status == 1);
}

TEST_CASE("a sink that fails over the end of a run fails the run", "[pipeline][apps]") {
  const OddPipeline odd;
  const auto outcome = odd.run("sinks", "odd-sink", "end");
  CHECK(outcome.err == "error: " + by("sink", "misbehaving.so") + ": out of luck\n" + odd.kept_in());
  CHECK(outcome.status == 1);
  CHECK(odd.tiny.record().at("state") == "failed");
  CHECK(std::filesystem::exists(odd.tiny.folder() / "runs/tiny/model/model.safetensors"));
}

TEST_CASE("predict gives a model the options that it was trained with", "[pipeline][apps]") {
  const OddPipeline odd;
  REQUIRE(odd.run("model", "odd-model", "well").status == 0);
  const std::string model = "runs/tiny/model", use_file = model + "/fthost.json";
  const auto use = nlohmann::json::parse(odd.tiny.read(use_file));
  CHECK(use.at("model_options") == nlohmann::json{{"how", "well"}});

  // It saves nothing of its own, and so gets a tokenizer.
  for (const auto* file : {"vocab.txt", "tokenizer_config.json"})
    std::filesystem::copy_file(TinyPipeline::model() / file, odd.tiny.folder() / (model + "/" + file));
  const TemporaryFolder plugins;
  std::filesystem::copy_file(fixture("misbehaving_tensors.so"), plugins / "odd.so");
  const auto predict = [&](const nlohmann::json& options) {
    auto changed = use;
    changed["model_options"] = options;
    odd.tiny.folder().write(use_file, changed.dump());
    return run_program({"predict", model}, odd.tiny.folder().path(), "anna was home\n",
                       {{"FTHOST_PLUGIN_PATH", plugins.path().string()}});
  };
  // It was made, and names no labels.
  CHECK(predict({{"how", "well"}}).err == model +
                                              "/config.json: error: it names no labels (id2label)\n"
                                              "  `fthost predict` wants a model that was fine-tuned\n");
  CHECK(predict({{"how", 3}}).err ==
        model + "/fthost.json: error: expected model_options.how to be as declared (text), found 3\n");
}
