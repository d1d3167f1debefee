#include <fthost/sink.h>

#include <algorithm>

#include "core/engine/commands.h"
#include "core/engine/data_sets.h"
#include "core/engine/device.h"
#include "core/engine/network.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/prefix_cache.h"
#include "core/run/event_bus.h"

namespace fthost {
namespace {

/// Boundaries as numbers of stages, ascending, so that each is filled from the one before.
std::vector<int> stages_of(const std::vector<int>& boundaries, const Network& network) {
  std::vector<int> stages;
  for (const int boundary : boundaries) {
    if (boundary < 0 || boundary > network.encoder_stages() - 1)
      throw InputError("fthost", "there is no boundary " + std::to_string(boundary) + ": the model has 0 to " +
                                     std::to_string(network.encoder_stages() - 1));
    stages.push_back(boundary + 1);
  }
  std::ranges::sort(stages);
  stages.erase(std::unique(stages.begin(), stages.end()), stages.end());
  return stages;
}

}  // namespace

std::vector<FilledBoundary> fill_cache(const Pipeline& pipeline, const std::vector<int>& boundaries,
                                       const EngineRequest& request) {
  if (pipeline.frozen_dropout)
    throw InputError(point_at(pipeline, "freezing", "frozen_dropout",
                              "with dropout in the prefix each step's rows are another draw: nothing can be kept"));
  if (pipeline.train.clip_over_all)
    throw InputError(point_at(pipeline, "train", "clip_over",
                              "gradients of frozen tensors are asked for: a run would not read what is kept"));
  const auto device = choose_device(pipeline);
  const int threads = use_threads(pipeline.run.threads);
  Network network(pipeline, *request.plugins);
  EventBus events;
  for (const auto& choice : pipeline.sinks)
    events.add(call_plugin(pipeline, choice, "being created",
                           [&] { return request.plugins->create<Sink>(choice.component, choice.options); }),
               choice.component.description.name, choice.component.library);
  events.run_opened({request.console});
  DataSets data = read_data(pipeline, *request.plugins, events);
  network.learn_labels(data.train.sentences);
  auto stages = boundaries.empty()
                    ? std::vector<int>{std::min(first_plan(pipeline, *request.plugins, network.topology()).first_stage,
                                                network.encoder_stages())}
                    : stages_of(boundaries, network);
  if (stages.front() == 0)
    throw InputError(point_at(pipeline, "freezing", "plugin",
                              "there is no prefix whose rows could be kept: the embeddings learn; name boundaries by "
                              "--boundaries"));
  make_data_examples(pipeline, network, data, events);
  network.load(device, pipeline.run.seed);

  PrefixCache cache(pipeline, network, *request.files, events,
                    {device, number_type(pipeline.run.precision), number_type(pipeline.cache.storage), threads},
                    *request.stop_signal);
  std::vector<FilledBoundary> filled;
  for (const int count : stages) {
    const CacheUse before = cache.use();
    cache.set_boundary(count, {});
    cache.fill(data.train, "train");
    if (data.dev) cache.fill(*data.dev, "dev");
    if (data.test) cache.fill(*data.test, "test");
    const auto use = cache.use();
    filled.push_back(
        {count - 1, use.misses - before.misses, use.reused - before.reused, use.fill_seconds - before.fill_seconds,
         cache.holds(data.train) && (!data.dev || cache.holds(*data.dev)) && (!data.test || cache.holds(*data.test))});
    if (request.stop_signal->load() != 0) break;
  }
  return filled;
}

}  // namespace fthost
