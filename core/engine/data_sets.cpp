#include "core/engine/data_sets.h"

#include <fthost/scheme.h>

#include <string>
#include <utility>

#include "core/data/sentences.h"
#include "core/engine/activity.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/promises.h"
#include "core/pipeline/data_file.h"
#include "core/run/log.h"

namespace fthost {
namespace {

void tokenize(const Pipeline& pipeline, Network& network, const std::string& name, DataSet& set, EventBus& events) {
  const ExampleRules rules{pipeline.data.max_length,
                           pipeline.data.long_sentences == "window" ? LongSentences::window : LongSentences::truncate,
                           network.head().special_tokens()};
  Activity activity(events, "tokenize " + name, "sentences", static_cast<std::int64_t>(set.sentences.size()));
  auto made = call_plugin(pipeline, pipeline.model, "cutting words into tokens", [&] {
    return make_examples(set.sentences, network.model().tokenizer(), rules,
                         [&](std::int64_t done, std::int64_t) { activity.advance(done); });
  });
  set.examples = std::move(made.list);
  set.counts = made.counts;
  call_plugin(pipeline, pipeline.head, "aligning labels", [&] {
    for (auto& example : set.examples) {
      network.head().align(set.sentences[static_cast<std::size_t>(example.sentence)], example);
      require_targets(example, network.head().labels().size());
    }
  });
}

void log_counts(const std::string& name, const ExampleCounts& counts) {
  log_info(name + ": " + std::to_string(counts.sentences) + " sentences, " + std::to_string(counts.words) + " words, " +
           std::to_string(counts.examples) + " examples, " + std::to_string(counts.tokens) + " tokens, " +
           std::to_string(counts.unknown_pieces) + " unknown");
  if (counts.windows > 0)
    log_info(name + ": " + std::to_string(counts.cut) + " sentences are longer than max_length and became " +
             std::to_string(counts.windows) + " windows");
  if (counts.cut_words > 0)
    log_warning(name + ": " + std::to_string(counts.cut_words) +
                " words alone are longer than max_length allows; only their beginning is seen");
  if (counts.lost_words > 0)
    log_warning(name + ": " + std::to_string(counts.cut) + " sentences were cut at max_length; " +
                std::to_string(counts.lost_words) +
                " words are neither learned nor predicted (long = \"window\" "
                "keeps them)");
}

}  // namespace

DataSets read_data(const Pipeline& pipeline, PluginRegistry& plugins, EventBus& events) {
  const auto& choice = pipeline.reader;
  const auto reader = call_plugin(pipeline, choice, "being created",
                                  [&] { return plugins.create<Reader>(choice.component, choice.options); });
  const auto read = [&](const char* option, const std::filesystem::path& file) {
    require_regular_file(pipeline, option, file);
    Activity activity(events, std::string("read ") + option, "sentences", 0);
    auto sentences = call_plugin(pipeline, choice, "reading", [&] {
      return read_sentences(*reader, file, [&](std::int64_t done) { activity.advance(done); });
    });
    activity.finish(static_cast<std::int64_t>(sentences.size()));
    return sentences;
  };
  DataSets data;
  data.train.sentences = read("train", pipeline.data.train);
  const auto wanted = static_cast<std::size_t>(pipeline.data.sentences);
  if (wanted > 0 && data.train.sentences.size() > wanted) data.train.sentences.resize(wanted);
  if (pipeline.data.dev.has_value()) {
    data.dev.emplace().sentences = read("dev", *pipeline.data.dev);
  } else if (pipeline.data.split.has_value()) {
    auto parts = split_sentences(std::move(data.train.sentences), *pipeline.data.split, pipeline.run.seed);
    data.train.sentences = std::move(parts.train);
    data.dev.emplace().sentences = std::move(parts.dev);
  }
  if (pipeline.data.test.has_value()) data.test.emplace().sentences = read("test", *pipeline.data.test);
  if (data.dev.has_value()) require_labels(data.dev->sentences, "dev");
  if (data.test.has_value()) require_labels(data.test->sentences, "test");
  return data;
}

void check_max_length(const Pipeline& pipeline, Network& network) {
  const auto most = network.model().max_tokens();
  if (pipeline.data.max_length > most)
    throw InputError(point_at(pipeline, "data", "max_length",
                              "max_length is " + std::to_string(pipeline.data.max_length) + ", but the model takes " +
                                  std::to_string(most) + " tokens at most"));
}

void make_data_examples(const Pipeline& pipeline, Network& network, DataSets& data, EventBus& events) {
  check_max_length(pipeline, network);
  tokenize(pipeline, network, "train", data.train, events);
  if (data.dev.has_value()) tokenize(pipeline, network, "dev", *data.dev, events);
  if (data.test.has_value()) tokenize(pipeline, network, "test", *data.test, events);
}

std::vector<DataSetCounts> counts_of(const DataSets& data) {
  std::vector<DataSetCounts> counts = {{"train", data.train.counts}};
  if (data.dev.has_value()) counts.push_back({"dev", data.dev->counts});
  if (data.test.has_value()) counts.push_back({"test", data.test->counts});
  return counts;
}

void log_data(const DataSets& data) {
  for (const auto& [set, counts] : counts_of(data)) log_counts(set, counts);
}

}  // namespace fthost
