#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fthost/error.h>

#include "core/pipeline/core_tables.h"
#include "core/pipeline/pipeline.h"
#include "tests/catch.h"
#include "tests/core/formats/complaint.h"
#include "tests/core/pipeline/fake_plugins.h"
#include "tests/temporary_folder.h"

namespace fs = std::filesystem;
using namespace fthost;

namespace {

const std::string kSmallest = R"([data]
reader = "conll"
train = "../train.conll"
split = 1e-1
[model]
plugin = "bert"
path = "models/./minilm/"
[head]
plugin = "ner"
[freezing]
plugin = "full"
[optimizer]
plugin = "adamw"
lr = 1
[schedule]
plugin = "linear"
)";

/// Writes and loads pipelines with the fake plugins.
struct Bench {
  TemporaryFolder folder;
  PluginRegistry registry{Fingerprint{}};

  Bench() { add_fake_plugins(registry); }

  Pipeline load(const std::string& text, const std::vector<std::string>& sets = {}) {
    std::vector<Override> overrides;
    for (const auto& each : sets) overrides.push_back(parse_override(each));
    return load_pipeline(folder.write("small.toml", text), overrides, registry);
  }
  std::string in_folder(const std::string& name) const { return (folder.path() / name).string(); }
};

std::vector<std::string> sink_names(const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const auto& sink : pipeline.sinks) names.push_back(sink.component.description.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("pipeline fills in every default", "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline = bench.load(kSmallest);
  const RunOptions run;
  CHECK(pipeline.run.name == "small");
  CHECK(pipeline.run.seed == run.seed);
  CHECK(pipeline.run.device == run.device);
  CHECK(pipeline.run.precision == run.precision);
  CHECK(pipeline.run.threads == run.threads);
  CHECK(pipeline.run.output == bench.folder.path() / run.output);
  CHECK(pipeline.run.default_sinks == run.default_sinks);
  const DataOptions data;
  CHECK(pipeline.data.max_length == data.max_length);
  CHECK(pipeline.data.long_sentences == data.long_sentences);
  CHECK(pipeline.data.pad == data.pad);
  CHECK(pipeline.data.sentences == data.sentences);
  const TrainOptions train;
  CHECK(pipeline.train.epochs == train.epochs);
  CHECK(pipeline.train.batch_size == train.batch_size);
  CHECK_FALSE(pipeline.train.batch_tokens.has_value());
  CHECK(pipeline.train.accumulation_steps == train.accumulation_steps);
  CHECK(pipeline.train.clip_norm == train.clip_norm);
  CHECK(pipeline.train.clip_over_all == train.clip_over_all);
  CHECK(pipeline.train.epoch_loss_over_batches == train.epoch_loss_over_batches);
  CHECK(pipeline.train.score_on_tokens == train.score_on_tokens);
  CHECK(pipeline.train.evaluate_every == train.evaluate_every);
  CHECK(pipeline.train.keep == train.keep);
  CHECK(pipeline.train.metric == train.metric);
  CHECK(pipeline.layer_decay == 1.0);
  CHECK(pipeline.groups.empty());
  const CacheOptions cache;
  CHECK(pipeline.cache.mode == cache.mode);
  CHECK(pipeline.cache.memory == cache.memory);
  CHECK(pipeline.cache.disk == cache.disk);
  CHECK_FALSE(pipeline.cache.device_memory.has_value());
  CHECK(pipeline.cache.path == bench.folder.path() / cache.path);
  CHECK(pipeline.cache.storage == cache.storage);
  CHECK_FALSE(pipeline.frozen_dropout);
  CHECK(sink_names(pipeline) == default_sinks());
  CHECK(pipeline.optimizer.options.real("weight_decay") == 0.01);
  CHECK(pipeline.reader.options.path("cache") == bench.folder.path() / "cache");
  CHECK_FALSE(pipeline.head.options.has("labels"));
}

TEST_CASE("pipeline hands each plugin its own options only", "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline = bench.load(kSmallest);
  CHECK(pipeline.reader.table == "data");
  CHECK(pipeline.reader.options.values().size() == 2);
  CHECK(pipeline.optimizer.kind == Kind::optimizer);
  CHECK(pipeline.optimizer.options.values().size() == 2);
  CHECK(pipeline.freezing.options.values().empty());
  CHECK(pipeline.lr == 1.0);
}

TEST_CASE("pipeline takes paths from the folder of their file, or from where --set was typed",
          "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline = bench.load(kSmallest, {"data.test=a/../test.conll", "run.output=/runs/"});
  CHECK(pipeline.data.train == bench.folder.path().parent_path() / "train.conll");
  CHECK(pipeline.model.options.path("path") == bench.folder.path() / "models/minilm");
  CHECK(pipeline.data.test == fs::current_path() / "test.conll");
  CHECK(pipeline.run.output == "/runs");
}

TEST_CASE("pipeline keeps default sinks in their places", "[unit][pipeline-file]") {
  Bench bench;
  const std::string drift = "[[sinks]]\nplugin = 'drift'\n", csv = "[[sinks]]\nplugin = 'csv'\n";
  CHECK(sink_names(bench.load(kSmallest + drift + csv)) ==
        Names{"loss", "f1", "time", "console", "csv", "jsonl", "drift"});
  const std::string none = "[run]\ndefault_sinks = false\n";
  CHECK(sink_names(bench.load(kSmallest + none + drift + csv)) == Names{"drift", "csv"});
  CHECK(sink_names(bench.load(kSmallest + none)).empty());
}

TEST_CASE("pipeline changes options of sinks by --set", "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline = bench.load(kSmallest + "[[sinks]]\nplugin = 'drift'\nper = 'layer'\n",
                                   {"sinks.drift.per=tensor", "sinks.console.colour=false"});
  CHECK(pipeline.sinks.at(6).table == "sinks.drift");
  CHECK(pipeline.sinks.at(6).options.text("per") == "tensor");
  CHECK_FALSE(pipeline.sinks.at(3).options.boolean("colour"));
}

TEST_CASE("pipeline keeps of a replaced plugin's options those that the new one has too", "[unit][pipeline-file]") {
  Bench bench;
  auto text = kSmallest;
  text.insert(text.find("lr = 1\n"), "beta1 = 0.5\nweight_decay = 3\n");
  const auto pipeline = bench.load(text, {"optimizer.plugin=sgd"});
  CHECK(pipeline.optimizer.options.values().size() == 1);
  CHECK(pipeline.optimizer.options.real("weight_decay") == 3.0);
  CHECK(pipeline.origins.count("optimizer.beta1") == 0);
}

TEST_CASE("groups of the optimizer resolve to tables behind it", "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline = bench.load(kSmallest +
                                   "[[optimizer.groups]]\ntensors = ['a', 'b\\.']\nlr = 1\n"
                                   "[[optimizer.groups]]\nlr = 0.5\ntensors = ['c']\n");
  REQUIRE(pipeline.groups.size() == 2);
  CHECK(pipeline.groups[0].tensors == Names{"a", "b\\."});
  CHECK(pipeline.groups[0].lr == 1.0);
  CHECK(pipeline.groups[1].lr == 0.5);
  const std::string expected =
      "beta1 = 0.9\n\n[[optimizer.groups]]\ntensors = [\"a\", \"b\\\\.\"]\nlr = 1.0\n\n"
      "[[optimizer.groups]]\ntensors = [\"c\"]\nlr = 0.5\n\n[schedule]\n";
  CHECK(pipeline.resolved.find(expected) != std::string::npos);
  CHECK(bench.load(pipeline.resolved).resolved == pipeline.resolved);
}

TEST_CASE("pipeline resolves to a whole file", "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline = bench.load(kSmallest + "[run]\nthreads = 2\n[[sinks]]\nplugin = 'drift'\n",
                                   {"head.labels=[\"O\", \"B-\\\"x\\\"\"]", "optimizer.lr=0.00003"});
  auto expected = std::string(R"([run]
name = "small"
seed = 2018
device = "auto"
precision = "f32"
threads = 2
output = "FOLDER/runs"
default_sinks = false

[data]
reader = "conll"
train = "PARENT/train.conll"
split = 0.1
max_length = 128
long = "window"
pad = "none"
sentences = 0
column = 1
cache = "FOLDER/cache"

[model]
plugin = "bert"
path = "FOLDER/models/minilm"

[head]
plugin = "ner"
labels = ["O", "B-\"x\""]
all_pieces = false

[freezing]
plugin = "full"
frozen_dropout = false

[optimizer]
plugin = "adamw"
lr = 3e-05
layer_decay = 1.0
weight_decay = 0.01
beta1 = 0.9

[schedule]
plugin = "linear"
warmup = 0.0

[train]
epochs = 3
batch_size = 32
accumulation_steps = 1
clip_norm = 1.0
clip_over = "learning"
epoch_loss_over = "tokens"
score_on = "words"
evaluate_every = 0
keep = "last"
metric = "dev_f1"

[cache]
mode = "auto"
memory = 2048
path = "FOLDER/cache"
disk = 16384
storage = "f32"

[[sinks]]
plugin = "loss"

[[sinks]]
plugin = "f1"

[[sinks]]
plugin = "time"

[[sinks]]
plugin = "console"
colour = true

[[sinks]]
plugin = "csv"

[[sinks]]
plugin = "jsonl"

[[sinks]]
plugin = "drift"
per = "layer"
)");
  const auto fill = [&](const std::string& name, const std::string& value) {
    for (auto at = expected.find(name); at != std::string::npos; at = expected.find(name))
      expected.replace(at, name.size(), value);
  };
  fill("FOLDER", bench.folder.path().string());
  fill("PARENT", bench.folder.path().parent_path().string());
  CHECK(pipeline.resolved == expected);
}

TEST_CASE("pipeline names both files of a plugin that is there twice", "[unit][pipeline-file]") {
  Bench bench;
  auto second = fake_component(Kind::freezing, "full");
  second.library = "/elsewhere/libfull.so";
  bench.registry.add(second);
  CHECK(complaint([&] { bench.load(kSmallest); }) ==
        bench.in_folder("small.toml") +
            ":11:10: error: /plugins/libfthost_full.so: freezing 'full' is also in /elsewhere/libfull.so\n"
            "   11 | plugin = \"full\"\n"
            "      |          ^^^^^^\n"
            "  move one of the two files away, or leave its folder out of [plugins] paths and FTHOST_PLUGIN_PATH\n");
}

TEST_CASE("pipeline says which default sinks are not there", "[unit][pipeline-file]") {
  Bench bench;
  PluginRegistry few{Fingerprint{}};
  for (const auto& component : bench.registry.components())
    if (component.description.name != "f1" && component.description.name != "csv") few.add(component);
  const auto file = bench.folder.write("p.toml", kSmallest);
  CHECK(complaint([&] { load_pipeline(file, {}, few); }) ==
        file.string() +
            ": error: there is no sink plugin 'f1', 'csv'\n"
            "  every run has them unless [run] default_sinks = false\n"
            "  sink plugins: console, drift, jsonl, loss, time\n");
}

TEST_CASE("pipeline finds a plugin by the path of its library", "[unit][pipeline-file]") {
  Bench bench;
  const auto library = bench.folder.write("libmine.so", "");
  for (const char* name : {"upper", "lower"}) {
    auto component = fake_component(Kind::freezing, name);
    component.library = library;
    bench.registry.add(component);
  }
  auto other = fake_component(Kind::schedule, "steps");
  other.library = library;
  bench.registry.add(other);
  const auto with = [&](const std::string& plugin) {
    auto text = kSmallest;
    return text.replace(text.find("\"full\""), 6, "\"" + plugin + "\"");
  };

  const auto pipeline = bench.load(with("./libmine.so#lower"));
  CHECK(pipeline.freezing.component.description.name == "lower");
  CHECK(pipeline.resolved.find("plugin = \"" + library.string() + "#lower\"\nfrozen_dropout") != std::string::npos);

  const auto refusal = [&](const std::string& plugin, const std::string& what) {
    const auto message = complaint([&] { bench.load(with(plugin)); });
    CHECK(message.substr(0, message.find('\n')) == bench.in_folder("small.toml") + ":11:10: error: " + what);
    return message;
  };
  CHECK(refusal("./libmine.so", library.string() + " holds 2 freezing plugins")
            .ends_with("  it holds freezing 'upper', freezing 'lower', schedule 'steps'\n"
                       "  name the one that is meant: \"libmine.so#upper\"\n"));
  CHECK(refusal("./libmine.so#uper", library.string() + " holds no freezing plugin 'uper'")
            .find("did you mean 'upper'?") != std::string::npos);
}

TEST_CASE("pipeline says why a library cannot be used", "[unit][pipeline-file]") {
  Bench bench;
  bench.folder.write("libbroken.so", "this is no library");
  auto text = kSmallest;
  text.replace(text.find("\"full\""), 6, "\"./libbroken.so\"");
  const auto message = complaint([&] { bench.load(text); });
  CHECK(message.find("small.toml:11:10: error: cannot use " + bench.in_folder("libbroken.so") + ": ") !=
        std::string::npos);
}

TEST_CASE("pipeline points at options later on", "[unit][pipeline-file]") {
  Bench bench;
  const auto pipeline =
      bench.load(kSmallest + "[[sinks]]\nplugin = 'drift'\n  per = 'layer'\n", {"data.max_length=512"});
  const auto file = bench.in_folder("small.toml");
  CHECK(render(point_at(pipeline, "sinks.drift", "per", "what")) ==
        file +
            ":19:9: error: what\n"
            "   19 |   per = 'layer'\n"
            "      |         ^^^^^^^\n"
            "  per: \"layer\" or \"tensor\", default \"layer\"; what a figure is for\n");
  CHECK(render(point_at(pipeline, "data", "max_length", "what")) ==
        "--set: error: what\n"
        "      | data.max_length=512\n"
        "      |                 ^^^\n"
        "  max_length: integer (tokens), 3 to 1000000, default 128; longest example, special tokens included\n");
  CHECK(render(point_at(pipeline, "train", "epochs", "what")) == file + ": error: what\n");
}

TEST_CASE("pipeline says that its file is not there", "[unit][pipeline-file]") {
  Bench bench;
  CHECK(complaint([&] { load_pipeline("no/such.toml", {}, bench.registry); }) == "no/such.toml: error: no such file\n");
}

TEST_CASE("pipeline asks for another name than the file's where that is no folder's", "[unit][pipeline-file]") {
  Bench bench;
  const auto file = bench.folder.write("my run.toml", kSmallest);
  CHECK(complaint([&] { load_pipeline(file, {}, bench.registry); }) ==
        file.string() +
            ": error: the run is named after the file, but a name must be 1 to 100 letters, digits, '.', '_' and '-', "
            "not dots alone, and without '-' in front\n"
            "  give it another one: [run] name = \"...\"\n");
}

TEST_CASE("overrides are split at the first equals sign", "[unit][pipeline-file]") {
  const auto override_ = parse_override(" freezing.layers = a=b ");
  CHECK(override_.key == "freezing.layers");
  CHECK(override_.value == "a=b");
  CHECK(parse_override("run.name=").value.empty());
  CHECK(complaint([] { parse_override("epochs"); }) ==
        "--set: error: expected TABLE.OPTION=VALUE, such as train.epochs=5\n"
        "      | epochs\n"
        "      | ^^^^^^\n");
  CHECK(complaint([] { parse_override("=3"); }) ==
        "--set: error: expected TABLE.OPTION=VALUE, such as train.epochs=5\n"
        "      | =3\n"
        "      | ^^\n");
}

TEST_CASE("the core's options in plugins' tables are those that plugins may not declare", "[unit][pipeline-file]") {
  for (const auto& table : core_tables()) {
    if (!table.kind) continue;
    CHECK(belongs_to_core(*table.kind, table.plugin_key));
    for (const auto& option : table.options) CHECK(belongs_to_core(*table.kind, option.name));
  }
}

TEST_CASE("the core's defaults are among what it allows", "[unit][pipeline-file]") {
  for (const auto& table : core_tables()) {
    for (const auto& option : table.options) {
      INFO(table.name + "." + option.name);
      CHECK_FALSE(option.help.empty());
      if (!option.default_value) continue;
      if (const auto* text = std::get_if<std::string>(&*option.default_value); text && !option.choices.empty())
        CHECK(std::count(option.choices.begin(), option.choices.end(), *text) == 1);
      if (const auto* integer = std::get_if<std::int64_t>(&*option.default_value)) {
        CHECK(static_cast<double>(*integer) >= option.min.value_or(0));
        CHECK(static_cast<double>(*integer) <= option.max.value_or(1e18));
      }
    }
  }
}
