#include "core/pipeline/core_tables.h"

#include <algorithm>
#include <utility>

namespace fthost {
namespace {

constexpr double kMostThreads = 4096;
constexpr double kMostEpochs = 1000000;
constexpr double kMostExamples = 65536;  // in a batch
constexpr double kMostTokens = 1000000;  // in an example
constexpr double kMostBatchTokens = 100000000;
constexpr double kMostSteps = 1000000000;
constexpr double kMostMebibytes = 1 << 30;

OptionDescription option(std::string_view name, OptionSpec spec, std::string_view help) {
  spec.name = name;
  spec.help = help;
  return describe_option(spec);
}

CoreTable run_table() {
  return {"run",
          "the run as a whole",
          std::nullopt,
          "",
          {option("name", text().optional(), "name of the run's folder; without it the pipeline file's name"),
           option("seed", integer().at_least(0).by_default(2018), "all random numbers of the run follow from it"),
           option("device", text().by_default("auto"),
                  "\"auto\" (a GPU when there is one), \"cpu\", \"cuda\" or \"cuda:N\""),
           option("precision", text().one_of({"f32", "bf16"}).by_default("f32"),
                  "number type of the matrix products; weights, sums and updates are f32 in any case"),
           option("threads", integer().at_least(0).at_most(kMostThreads).by_default(0), "0: all physical cores"),
           option("output", path().by_default("runs"), "folder in which the run's folder is made"),
           option("default_sinks", boolean().by_default(true), "whether the sinks of every run are on")}};
}

CoreTable data_table() {
  return {
      "data",
      "the sentences",
      Kind::reader,
      "reader",
      {option("train", path().required(), "file to learn from"),
       option("dev", path().optional(), "file to evaluate on after each epoch; or give 'split'"),
       option("split", real().above(0).below(1).optional(), "share of train that becomes dev, when there is no dev"),
       option("test", path().optional(), "file to evaluate on at the end"),
       option("max_length", integer().at_least(3).at_most(kMostTokens).unit("tokens").by_default(128),
              "longest example, special tokens included"),
       option("long", text().one_of({"window", "truncate"}).by_default("window"),
              "what becomes of a longer sentence: overlapping windows, or its start alone"),
       option("pad", text().one_of({"none", "max_length"}).by_default("none"),
              "\"max_length\" computes rows of padding up to it, as programs do that know no packing; costs time and "
              "changes nothing, and needs [cache] mode = \"off\""),
       option("sentences", integer().at_least(0).at_most(kMostSteps).by_default(0),
              "the first so many of train, before any split; 0: all")}};
}

CoreTable train_table() {
  return {"train",
          "how long and in what steps",
          std::nullopt,
          "",
          {option("epochs", integer().at_least(1).at_most(kMostEpochs).by_default(3), "passes over train"),
           option("batch_size", integer().at_least(1).at_most(kMostExamples).unit("examples").optional(),
                  "examples that are computed together; 32 when there is no 'batch_tokens' either"),
           option("batch_tokens", integer().at_least(1).at_most(kMostBatchTokens).unit("tokens").optional(),
                  "instead of 'batch_size': as many examples as hold that many tokens, but at least one"),
           option("accumulation_steps", integer().at_least(1).at_most(kMostExamples).unit("batches").by_default(1),
                  "batches whose gradients make up one step of the optimizer"),
           option("clip_norm", real().at_least(0).by_default(1.0), "longest gradient of a step; 0: as long as it is"),
           option("clip_over", text().one_of({"learning", "all"}).by_default("learning"),
                  "whose gradients count for its length; \"all\" computes those of frozen tensors for it alone"),
           option("epoch_loss_over", text().one_of({"tokens", "batches"}).by_default("tokens"),
                  "an epoch's and a set's loss: the mean over all labelled tokens, or of the batches' means"),
           option("score_on", text().one_of({"words", "tokens"}).by_default("words"),
                  "what sinks compare: a label a word, by its first token, or one for each of its tokens"),
           option("evaluate_every", integer().at_least(0).at_most(kMostSteps).unit("steps").by_default(0),
                  "evaluate on dev within an epoch too, after each so many steps; 0: at its end only"),
           option("keep", text().one_of({"last", "best"}).by_default("last"), "the epoch whose model is saved"),
           option("metric", text().by_default("dev_f1"), "the figure by which the best epoch is found")}};
}

CoreTable cache_table() {
  return {"cache",
          "what the frozen prefix gave, kept to be read again",
          std::nullopt,
          "",
          {option("mode", text().one_of({"auto", "off", "memory", "disk"}).by_default("auto"),
                  "where it is kept; \"auto\" measures what is faster here, and says what it chose"),
           option("memory", integer().at_least(0).at_most(kMostMebibytes).unit("MiB").by_default(2048),
                  "the most that a run holds in memory"),
           option("device_memory", integer().at_least(0).at_most(kMostMebibytes).unit("MiB").optional(),
                  "the most that it holds on a CUDA device too; without it, half of what is free there"),
           option("path", path().by_default("cache"), "folder of the files, shared by all runs that name it"),
           option("disk", integer().at_least(0).at_most(kMostMebibytes).unit("MiB").by_default(16384),
                  "the most that the folder holds; what was used least recently goes first"),
           option("storage", text().one_of({"f32", "bf16"}).by_default("f32"),
                  "number type in which it is kept; \"bf16\" takes half the room and rounds")}};
}

CoreTable plugin_table(std::string name, std::string summary, Kind kind, std::vector<OptionDescription> options = {}) {
  return {std::move(name), std::move(summary), kind, "plugin", std::move(options)};
}

std::vector<CoreTable> make_tables() {
  return {run_table(),
          data_table(),
          plugin_table("model", "the network", Kind::model),
          plugin_table("head", "the task on top of it", Kind::head),
          plugin_table("freezing", "which tensors learn, and when", Kind::freezing,
                       {option("frozen_dropout", boolean().by_default(false),
                               "dropout in the layers below those that learn, which then cannot be cached")}),
          plugin_table("optimizer", "how a step changes them", Kind::optimizer,
                       {option("lr", real().above(0).required(), "learning rate"),
                        option("layer_decay", real().above(0).at_most(1).by_default(1.0),
                               "a stage's learning rate is the one above it times this; the head's is 'lr'")}),
          plugin_table("schedule", "the learning rate's factor in each step", Kind::schedule),
          train_table(),
          cache_table(),
          {"plugins",
           "where plugins are found",
           std::nullopt,
           "",
           {option("paths", texts().optional(), "further folders and files with plugins")}}};
}

}  // namespace

const std::vector<CoreTable>& core_tables() {
  static const auto tables = make_tables();
  return tables;
}

const CoreTable* find_core_table(std::string_view name) {
  const auto& tables = core_tables();
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const CoreTable& t) { return t.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

const std::vector<std::string>& default_sinks() {
  // The one place of the core where plugins are named: the format of the pipeline file says which sinks are always on.
  static const std::vector<std::string> names = {"loss", "f1", "time", "console", "csv", "jsonl"};
  return names;
}

OptionDescription describe_option(const OptionSpec& spec) {
  OptionDescription option;
  option.name = spec.name;
  option.type = spec.type;
  option.required = spec.presence == OptionSpec::Presence::required;
  if (spec.has_min) option.min = spec.min;
  if (spec.has_max) option.max = spec.max;
  option.min_excluded = spec.min_excluded;
  option.max_excluded = spec.max_excluded;
  option.choices.assign(spec.choices.begin(), spec.choices.begin() + static_cast<std::ptrdiff_t>(spec.choice_count));
  option.unit = spec.unit_name;
  option.help = spec.help;
  if (spec.presence != OptionSpec::Presence::defaulted) return option;
  if (spec.type == OptionType::boolean)
    option.default_value = spec.default_boolean;
  else if (spec.type == OptionType::integer)
    option.default_value = spec.default_integer;
  else if (spec.type == OptionType::real)
    option.default_value = spec.default_real;
  else
    option.default_value = std::string(spec.default_text);
  return option;
}

}  // namespace fthost
