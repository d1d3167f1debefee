#pragma once

/// A registry that holds descriptions only: what checking a pipeline needs.

#include <string>
#include <utility>
#include <vector>

#include "core/pipeline/core_tables.h"
#include "core/plugins/registry.h"

namespace fthost {

inline OptionDescription fake_option(std::string_view name, OptionSpec spec, std::string_view help) {
  spec.name = name;
  spec.help = help;
  return describe_option(spec);
}

inline FoundComponent fake_component(Kind kind, const std::string& name, std::vector<OptionDescription> options = {}) {
  return {{kind, name, "A fake.", {}, std::move(options)}, {}, "/plugins/libfthost_" + name + ".so"};
}

/// One or two plugins of each kind, with every type of option among them.
inline void add_fake_plugins(PluginRegistry& registry) {
  registry.add(fake_component(Kind::model, "bert", {fake_option("path", path().required(), "model folder")}));
  registry.add(fake_component(Kind::head, "ner",
                              {fake_option("labels", texts().optional(), "labels, in order"),
                               fake_option("weights", reals().at_least(0).optional(), "weights of the labels"),
                               fake_option("ignored", integers().optional(), "label ids left out"),
                               fake_option("all_pieces", boolean().by_default(false), "every piece has a label")}));
  registry.add(fake_component(Kind::reader, "conll",
                              {fake_option("column", integer().at_least(1).by_default(1), "column of the label"),
                               fake_option("cache", path().by_default("cache"), "folder for parsed files")}));
  registry.add(fake_component(Kind::freezing, "classifier-only"));
  registry.add(fake_component(Kind::freezing, "full"));
  registry.add(fake_component(
      Kind::freezing, "last-n-layers",
      {fake_option("layers", integer().at_least(0).required(), "layers that learn, counted from the top")}));
  registry.add(fake_component(
      Kind::optimizer, "adamw",
      {fake_option("weight_decay", real().at_least(0).by_default(0.01), "pull towards 0"),
       fake_option("beta1", real().at_least(0).below(1).by_default(0.9), "memory of the first moment")}));
  registry.add(fake_component(Kind::optimizer, "sgd",
                              {fake_option("weight_decay", real().at_least(0).by_default(0), "pull towards 0")}));
  registry.add(fake_component(
      Kind::schedule, "linear",
      {fake_option("warmup", real().at_least(0).at_most(1).by_default(0), "share of the steps that warm up")}));
  for (const char* name : {"loss", "f1", "time", "csv", "jsonl"}) registry.add(fake_component(Kind::sink, name));
  registry.add(
      fake_component(Kind::sink, "console", {fake_option("colour", boolean().by_default(true), "colours, or none")}));
  registry.add(fake_component(
      Kind::sink, "drift",
      {fake_option("per", text().one_of({"layer", "tensor"}).by_default("layer"), "what a figure is for")}));
}

}  // namespace fthost
