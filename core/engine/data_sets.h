#pragma once

/// The data of a run: read, made into examples, and aligned by the head.

#include <fthost/head.h>
#include <fthost/reader.h>
#include <fthost/sentence.h>

#include <optional>
#include <vector>

#include "core/data/examples.h"
#include "core/engine/network.h"
#include "core/pipeline/pipeline.h"
#include "core/run/event_bus.h"

namespace fthost {

struct DataSet {
  std::vector<Sentence> sentences;
  std::vector<Example> examples;
  ExampleCounts counts;
};

struct DataSets {
  DataSet train;
  std::optional<DataSet> dev;
  std::optional<DataSet> test;
};

/// The sentences only: labels can be learned from them, and a plan be made. `events` hears how far it has come.
DataSets read_data(const Pipeline& pipeline, PluginRegistry& plugins, EventBus& events);

/// Throws InputError when [data] max_length is more than the model takes.
void check_max_length(const Pipeline& pipeline, Network& network);

/// Checks max_length, tokenizes and aligns all sets; the head must know its labels.
void make_data_examples(const Pipeline& pipeline, Network& network, DataSets& data, EventBus& events);

/// What became of each set: train, then dev and test where there are some.
std::vector<DataSetCounts> counts_of(const DataSets& data);

/// Says in the log what became of each set; warns when words were lost.
void log_data(const DataSets& data);

}  // namespace fthost
