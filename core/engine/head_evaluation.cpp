#include <ATen/ATen.h>
#include <fthost/entities.h>
#include <fthost/error.h>

#include <algorithm>

#include "core/engine/commands.h"
#include "core/engine/data_sets.h"
#include "core/engine/device.h"
#include "core/engine/evaluation.h"
#include "core/engine/network.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/prefix.h"
#include "core/engine/prefix_cache.h"
#include "core/pipeline/sequence.h"
#include "core/run/event_bus.h"

namespace fthost {
namespace {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// What the folder holds besides the encoder. Its labels must be those that the head has learned from the data.
NamedTensors read_head(const Pipeline& pipeline, const std::filesystem::path& trained, Network& network,
                       at::Device device, PluginRegistry& plugins) {
  const auto saved = with_model(pipeline, trained);
  const auto model = call_plugin(saved, saved.model, "reading the model's configuration",
                                 [&] { return plugins.create<Model>(saved.model.component, saved.model.options); });
  if (model->saved_labels() != network.head().labels())
    throw InputError(trained,
                     "its labels are not those of the training set: the data have changed since it was trained");
  return call_plugin(saved, saved.model, "reading the weights", [&] {
    model->load(device);
    return model->head_tensors();
  });
}

/// Puts the tensors in the place of the head's fresh ones.
void take_head(Network& network, const NamedTensors& saved, const std::filesystem::path& trained) {
  const at::NoGradGuard no_autograd;
  for (const auto& parameter : network.parameters().subspan(network.encoder().tensors.size())) {
    const auto found =
        std::find_if(saved.begin(), saved.end(), [&](const auto& each) { return each.first == parameter.name; });
    if (found == saved.end() || found->second.sizes() != parameter.value.sizes())
      throw InputError(trained, "it holds no tensor '" + parameter.name + "' of the head's shape");
    parameter.value.copy_(found->second);
  }
}

/// The dev set alone; the training set only says what the labels are, and in which scheme its tags are.
DataSets read_dev(const Pipeline& pipeline, Network& network, PluginRegistry& plugins, EventBus& events) {
  auto without_test = pipeline;
  without_test.data.test.reset();
  auto data = read_data(without_test, plugins, events);
  network.learn_labels(data.train.sentences);
  data.train = {};
  make_data_examples(pipeline, network, data, events);
  return data;
}

}  // namespace

HeadScores evaluate_head(const Pipeline& pipeline, const std::filesystem::path& trained, const EngineRequest& request) {
  const auto device = choose_device(pipeline);
  const int threads = use_threads(pipeline.run.threads);
  EventBus nobody_listens;
  Network network(pipeline, *request.plugins);
  const auto data = read_dev(pipeline, network, *request.plugins, nobody_listens);
  network.load(device, pipeline.run.seed);
  take_head(network, read_head(pipeline, trained, network, device, *request.plugins), trained);

  const auto settings = evaluation_settings(pipeline, network, device);
  PrefixCache unused(pipeline, network, *request.files, nobody_listens,
                     {device, settings.compute, number_type(pipeline.cache.storage), threads}, *request.stop_signal);
  Prefix prefix(pipeline, network, unused);
  const auto result = evaluate(network, prefix, *data.dev, "dev", settings, nobody_listens);
  const auto scores = score_entities(result.gold, result.predicted).micro;
  return {scores.f1(), scores.precision(), scores.recall(), result.loss};
}

}  // namespace fthost
