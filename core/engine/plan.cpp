#include <fthost/freezing.h>

#include "core/engine/commands.h"
#include "core/engine/data_sets.h"
#include "core/engine/device.h"
#include "core/engine/memory.h"
#include "core/engine/network.h"
#include "core/engine/plugin_calls.h"

namespace fthost {

PlanReport make_plan_report(const Pipeline& pipeline, const EngineRequest& request) {
  Network network(pipeline, *request.plugins);
  check_max_length(pipeline, network);
  EventBus nobody_listens;
  const DataSets data = read_data(pipeline, *request.plugins, nobody_listens);
  call_plugin(pipeline, pipeline.head, "learning its labels",
              [&] { network.head().learn_labels(data.train.sentences); });
  const auto& choice = pipeline.freezing;
  const auto freezing = call_plugin(pipeline, choice, "being created", [&] {
    return request.plugins->create<Freezing>(choice.component, choice.options);
  });

  PlanReport report;
  report.topology = network.topology();
  const MetricTable no_metrics;
  report.plan = call_plugin(pipeline, choice, "choosing what learns", [&] {
    return make_plan(report.topology,
                     freezing->learns(report.topology, {0, pipeline.train.epochs, 0, &no_metrics, {}}));
  });
  const auto estimate =
      estimate_memory(report.topology, report.plan, pipeline.train.batch_size, pipeline.data.max_length);
  report.learning_parameters = estimate.learning_parameters;
  report.frozen_parameters = estimate.frozen_parameters;
  report.weight_bytes = estimate.weight_bytes;
  report.gradient_bytes = estimate.gradient_bytes;
  report.optimizer_bytes = estimate.optimizer_bytes;
  report.activation_bytes = estimate.activation_bytes;
  report.device = choose_device(pipeline.run.device).str();
  report.threads = use_threads(pipeline.run.threads);
  return report;
}

}  // namespace fthost
