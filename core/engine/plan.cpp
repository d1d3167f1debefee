#include <fthost/freezing.h>

#include "core/engine/calibration.h"
#include "core/engine/commands.h"
#include "core/engine/data_sets.h"
#include "core/engine/device.h"
#include "core/engine/expectation.h"
#include "core/engine/learning_rates.h"
#include "core/engine/network.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/steps.h"
#include "core/run/log.h"

namespace fthost {

Plan first_plan(const Pipeline& pipeline, PluginRegistry& plugins, const Topology& topology) {
  const auto& choice = pipeline.freezing;
  const auto freezing = call_plugin(pipeline, choice, "being created",
                                    [&] { return plugins.create<Freezing>(choice.component, choice.options); });
  const MetricTable no_metrics;
  return call_plugin(pipeline, choice, "choosing what learns", [&] {
    return make_plan(topology, freezing->learns(topology, {0, pipeline.train.epochs, 0, &no_metrics, {}}));
  });
}

namespace {

Calibration measure_now(const Pipeline& pipeline, const EngineRequest& request, Network& network, const DataSets& data,
                        const EvaluationSettings& settings, const std::filesystem::path& file) {
  network.load(settings.device, pipeline.run.seed);
  const auto& choice = pipeline.optimizer;
  const auto optimizer = call_plugin(pipeline, choice, "being created", [&] {
    return request.plugins->create<Optimizer>(choice.component, choice.options);
  });
  const auto measured = calibrate(pipeline, network, *optimizer, *request.files, data.train, settings);
  try {
    write_calibration(*request.files, file, measured);
  } catch (const FileError& error) {
    log_warning(std::string("the measurement is not kept: ") + error.what());
  }
  return measured;
}

void add_seconds(const Pipeline& pipeline, const EngineRequest& request, Network& network, DataSets& data,
                 const EvaluationSettings& settings, bool always, PlanReport& report) {
  EventBus nobody_listens;
  make_data_examples(pipeline, network, data, nobody_listens);
  const auto file = calibration_file(pipeline, network, settings, report.threads);
  auto measured = always ? std::nullopt : read_calibration(file);
  report.measured_now = !measured;
  if (!measured) measured = measure_now(pipeline, request, network, data, settings, file);
  auto work = workload_of(pipeline, network, data);
  work.cache_room = cache_room(pipeline, report.topology, report.plan, *measured, work);
  report.memory = estimate_memory(report.topology, report.plan, work);
  report.predicted = predict_cost(report.topology, report.plan, *measured, work);
  work.cache_room = most_cache_room(pipeline);
  report.alternatives = predict_costs(report.topology, *measured, work);
  report.epochs = work.epochs;
}

}  // namespace

PlanReport make_plan_report(const Pipeline& pipeline, const EngineRequest& request, Measure measure) {
  Network network(pipeline, *request.plugins);
  check_max_length(pipeline, network);
  EventBus nobody_listens;
  DataSets data = read_data(pipeline, *request.plugins, nobody_listens);
  network.learn_labels(data.train.sentences);
  PlanReport report;
  report.topology = network.topology();
  learning_rate_factors(pipeline, report.topology);  // says so now when a group names no tensor
  report.plan = first_plan(pipeline, *request.plugins, report.topology);
  report.memory = estimate_memory(report.topology, report.plan,
                                  {.batch_tokens = most_batch_tokens(pipeline.train, pipeline.data.max_length),
                                   .all_stages = network.hidden_rows().all_stages,
                                   .all_gradients = pipeline.train.clip_over_all});
  const auto device = choose_device(pipeline);
  report.device = device.str();
  report.threads = use_threads(pipeline.run.threads);
  if (measure == Measure::never) return report;
  add_seconds(pipeline, request, network, data, evaluation_settings(pipeline, network, device),
              measure == Measure::always, report);
  return report;
}

}  // namespace fthost
