#include "core/engine/expectation.h"

#include <algorithm>
#include <unordered_set>

#include "core/data/order.h"
#include "core/engine/cache_choice.h"
#include "core/engine/calibration.h"
#include "core/engine/device.h"
#include "core/engine/memory.h"
#include "core/engine/prefix_key.h"
#include "core/engine/steps.h"

namespace fthost {
namespace {

/// What is computed of a set, with the rows of padding that the pipeline asks for.
std::int64_t tokens_of(const Pipeline& pipeline, const DataSet& set) {
  return pipeline.data.pad ? std::ssize(set.examples) * pipeline.data.max_length : set.counts.tokens;
}

/// Tokens of the set's examples that are in `seen` already; adds the others to it.
std::int64_t repeated_tokens(const Pipeline& pipeline, const DataSet& set, std::unordered_set<Hash128>& seen) {
  std::int64_t repeated = 0;
  for (const auto& example : set.examples)
    if (!seen.insert(key_of(example)).second)
      repeated += pipeline.data.pad ? pipeline.data.max_length : static_cast<std::int64_t>(example.tokens.size());
  return repeated;
}

void count_tokens(const Pipeline& pipeline, const DataSets& data, Workload& work) {
  std::unordered_set<Hash128> seen;
  work.train_tokens = tokens_of(pipeline, data.train);
  work.train_repeated = repeated_tokens(pipeline, data.train, seen);
  if (data.dev) work.dev_tokens = tokens_of(pipeline, *data.dev);
  if (data.dev) work.dev_repeated = repeated_tokens(pipeline, *data.dev, seen);
  if (data.test) work.test_tokens = tokens_of(pipeline, *data.test);
  if (data.test) work.test_repeated = repeated_tokens(pipeline, *data.test, seen);
}

std::int64_t bytes_of(std::int64_t mebibytes) {
  return mebibytes << 20;
}

}  // namespace

Workload workload_of(const Pipeline& pipeline, const Network& network, const DataSets& data) {
  const auto& train = pipeline.train;
  Workload work;
  count_tokens(pipeline, data, work);
  const auto lengths = lengths_of(data.train);
  const auto order = data_order(pipeline.run.seed, 1, lengths.size());
  const auto batches = cut_batches(train, order, lengths);
  for (const auto& batch : batches) {
    std::int64_t tokens = 0;
    for (const auto index : batch) tokens += pipeline.data.pad ? pipeline.data.max_length : lengths[index];
    work.batch_tokens = std::max(work.batch_tokens, tokens);
  }
  work.steps = steps_for(train, batches.size());
  if (train.evaluate_every > 0) work.evaluations = 1 + (work.steps - 1) / train.evaluate_every;
  work.epochs = train.epochs;
  work.all_stages = network.hidden_rows().all_stages;
  work.all_gradients = train.clip_over_all;
  work.kept_bytes = static_cast<std::int64_t>(c10::elementSize(number_type(pipeline.cache.storage)));
  return work;
}

std::int64_t most_cache_room(const Pipeline& pipeline) {
  const auto& cache = pipeline.cache;
  if (!pipeline.prefix_is_fixed() || cache.mode == "off") return 0;
  // What is held in memory is in files too, where there are files.
  return std::max(cache.mode == "disk" ? 0 : bytes_of(cache.memory), cache.mode == "memory" ? 0 : bytes_of(cache.disk));
}

std::int64_t cache_room(const Pipeline& pipeline, const Topology& topology, const Plan& plan,
                        const Calibration& measured, const Workload& work) {
  const auto most = plan.first_stage == 0 ? 0 : most_cache_room(pipeline);
  if (pipeline.cache.mode != "auto" || most == 0) return most;
  const int prefix_layers = std::min(topology.layers(), plan.first_stage - 1);
  const double rows = f32_rows_per_token(topology, plan, work);
  CacheCost cost;
  cost.compute = measured.embeddings + measured.layer * prefix_layers;
  cost.read = measured.read * rows;
  cost.write = measured.write * rows;
  cost.tokens_there = cost.tokens_missing = work.different_tokens();
  cost.tokens_asked = work.epochs * (work.train_tokens + work.evaluations * work.dev_tokens) + work.test_tokens;
  cost.memory_bytes = static_cast<double>(bytes_of(pipeline.cache.memory));
  cost.disk_bytes = static_cast<double>(bytes_of(pipeline.cache.disk));
  const auto mode = choose_cache(cost).mode;
  if (mode == "off") return 0;
  return mode == "memory" ? bytes_of(pipeline.cache.memory) : most;
}

std::optional<CostPrediction> expected_cost(const Pipeline& pipeline, const Network& network, const Plan& plan,
                                            const DataSets& data, const EvaluationSettings& settings, int threads) {
  const auto measured = read_calibration(calibration_file(pipeline, network, settings, threads));
  if (!measured) return std::nullopt;
  auto work = workload_of(pipeline, network, data);
  work.cache_room = cache_room(pipeline, network.topology(), plan, *measured, work);
  return predict_cost(network.topology(), plan, *measured, work);
}

}  // namespace fthost
