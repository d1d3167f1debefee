#include <fthost/model.h>
#include <fthost/ops.h>

#include <memory>

#include "core/engine/commands.h"
#include "core/engine/device.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/promises.h"
#include "core/pipeline/sequence.h"

namespace fthost {
namespace {

/// The pipeline's model with its weights, on the CPU.
std::shared_ptr<Model> open_model(const Pipeline& pipeline, PluginRegistry& plugins) {
  const auto& choice = pipeline.model;
  auto model = call_plugin(pipeline, choice, "reading the model's configuration",
                           [&] { return plugins.create<Model>(choice.component, choice.options); });
  call_plugin(pipeline, choice, "reading the weights", [&] { model->load(at::kCPU); });
  return model;
}

std::vector<Parameter> parameters_of(const Pipeline& pipeline, Model& model, const Topology& topology) {
  return call_plugin(pipeline, pipeline.model, "giving its tensors", [&] {
    auto given = model.parameters();
    require_parameters(given, topology.tensors, at::kCPU);
    return given;
  });
}

}  // namespace

std::vector<StageDistance> encoder_distance(const Pipeline& pipeline, const std::filesystem::path& other,
                                            const EngineRequest& request) {
  use_threads(pipeline.run.threads);
  const auto model = open_model(pipeline, *request.plugins);
  const auto second = open_model(with_model(pipeline, other), *request.plugins);
  const auto topology = call_plugin(pipeline, pipeline.model, "describing its topology", [&] {
    auto given = model->topology();
    require_topology(given);
    return given;
  });
  const auto left = parameters_of(pipeline, *model, topology), right = parameters_of(pipeline, *second, topology);
  std::vector<StageDistance> distances;
  for (const auto& stage : topology.stages) distances.push_back({stage.name, 0, 0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto& distance = distances[static_cast<std::size_t>(topology.tensors[i].stage)];
    distance.squares += ops::squared_distance(left[i].value, right[i].value);
    distance.values += left[i].value.numel();
  }
  return distances;
}

}  // namespace fthost
