#pragma once

/// A pipeline: what one TOML file (and --set) asks for, checked against every named plugin's declared options.

#include <fthost/component.h>
#include <fthost/message.h>
#include <fthost/options.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugins/registry.h"

namespace fthost {

/// [run]: the core's own.
struct RunOptions {
  std::string name;  ///< One path component; by default the pipeline file's name without ".toml".
  std::uint64_t seed = 2018;
  std::string device = "auto";
  std::string precision = "f32";
  int threads = 0;  ///< 0: all physical cores.
  std::filesystem::path output = "runs";
  bool is_part = false;  ///< Of a study or a sequence: the run folder bears that name and no other.
  bool default_sinks = true;
};

/// The core's own part of [data]; the reader's options are in Pipeline::reader.
struct DataOptions {
  std::filesystem::path train;
  std::optional<std::filesystem::path> dev;
  std::optional<double> split;  ///< Share of train that becomes dev, when there is no dev.
  std::optional<std::filesystem::path> test;
  int max_length = 128;                   ///< Tokens, special ones included.
  std::string long_sentences = "window";  ///< Option `long`: "window" or "truncate".
  bool pad = false;                       ///< Batches are filled up to max_length.
  std::int64_t sentences = 0;             ///< Of train, the first so many; 0: all.
};

/// [train]: the core's own.
struct TrainOptions {
  int epochs = 3;
  int batch_size = 32;                   ///< Examples computed together.
  std::optional<int> batch_tokens;       ///< Instead of batch_size: tokens computed together, at least one example.
  int accumulation_steps = 1;            ///< Batches that make up one step of the optimizer.
  double clip_norm = 1.0;                ///< 0: no clipping.
  bool clip_over_all = false;            ///< The norm is that of all gradients, those of frozen tensors too.
  bool epoch_loss_over_batches = false;  ///< And not over tokens.
  bool score_on_tokens = false;          ///< And not on words.
  int evaluate_every = 0;                ///< Steps between evaluations within an epoch; 0: none.
  std::string keep = "last";             ///< "last" or "best".
  std::string metric = "dev_f1";
};

/// [cache]: the core's own.
struct CacheOptions {
  std::string mode = "auto";                  ///< "auto", "off", "memory" or "disk".
  std::int64_t memory = 2048;                 ///< MiB.
  std::int64_t disk = 16384;                  ///< MiB.
  std::optional<std::int64_t> device_memory;  ///< MiB; without it, half of what is free on the device.
  std::filesystem::path path = "cache";
  std::string storage = "f32";  ///< "f32" or "bf16".
};

/// A plugin that the file names, with its options checked and defaults filled in.
struct ComponentChoice {
  Kind kind = Kind::model;
  std::string table;  ///< "freezing", "data", "sinks.drift": for --set and messages.
  FoundComponent component;
  Options options;  ///< The plugin's own only.
};

/// One of [optimizer] groups: tensors that learn at a rate of their own.
struct ParameterGroup {
  std::vector<std::string> tensors;  ///< Regular expressions, found anywhere in a name.
  double lr = 0;
};

struct Pipeline {
  std::filesystem::path file;  ///< As the user gave it.
  RunOptions run;
  DataOptions data;
  TrainOptions train;
  CacheOptions cache;
  double lr = 0;                                    ///< [optimizer] lr.
  double layer_decay = 1;                           ///< [optimizer] layer_decay.
  std::vector<ParameterGroup> groups;               ///< [optimizer] groups.
  bool frozen_dropout = false;                      ///< [freezing] frozen_dropout.
  std::vector<std::filesystem::path> plugin_paths;  ///< [plugins] paths.
  ComponentChoice model, head, reader, freezing, optimizer, schedule;
  std::vector<ComponentChoice> sinks;  ///< Default ones included, metric sinks and writers mixed, in order.

  /// May what the frozen prefix gives be kept? Not when it is another draw in each step, nor when gradients pass it.
  bool prefix_is_fixed() const { return !frozen_dropout && !train.clip_over_all; }

  /// The whole pipeline as TOML: every option with its value, absolute paths. Runs again to the same result.
  std::string resolved;

  /// Where each option that the user gave stands, by "table.option"; for messages that come later.
  struct Origin {
    Place place;
    std::string source_line;
    std::size_t caret_length = 1;
    std::string help;
  };
  std::map<std::string, Origin, std::less<>> origins;
};

/// One --set KEY=VALUE.
struct Override {
  std::string key;    ///< "freezing.layers"
  std::string value;  ///< As typed: TOML, or bare text where the option is text.
};

/// Splits "KEY=VALUE"; throws InputError when there is no '='.
Override parse_override(const std::string& text);

/// Reads, parses and checks. All errors of the file and the overrides come in one InputError; no model, tensor or data
/// file is touched. `registry` gains the libraries of [plugins] paths.
Pipeline load_pipeline(const std::filesystem::path& file, const std::vector<Override>& overrides,
                       PluginRegistry& registry);

/// A message that points at `table.option` of the pipeline, or at the file when the user did not give that option:
/// for values that turn out wrong later.
Message point_at(const Pipeline& pipeline, std::string_view table, std::string_view option, const std::string& text);

}  // namespace fthost
