#include "core/engine/cost.h"

#include <algorithm>

#include "core/engine/memory.h"

namespace fthost {
namespace {

struct Sums {
  double suffix = 0;    ///< Elements of the suffix' tensors.
  double learning = 0;  ///< Of these, those that learn.
};

Sums count(const Topology& topology, const Plan& plan) {
  Sums sums;
  for (std::size_t i = 0; i < topology.tensors.size(); ++i) {
    const auto& tensor = topology.tensors[i];
    if (tensor.stage < plan.first_stage) continue;
    sums.suffix += static_cast<double>(tensor.count());
    if (plan.learns[i]) sums.learning += static_cast<double>(tensor.count());
  }
  return sums;
}

/// Both passes over the suffix when all of it learns, seconds per token.
double suffix_step(const Calibration& measured, int layers, int suffix_layers, bool embeddings) {
  if (embeddings) return measured.full_step;
  if (suffix_layers == 0) return measured.head_step;
  if (layers < 2) return measured.one_step;
  const double share = static_cast<double>(suffix_layers - 1) / static_cast<double>(layers - 1);
  return measured.one_step + share * (measured.layers_step - measured.one_step);
}

}  // namespace

CostPrediction predict_cost(const Topology& topology, const Plan& plan, const Calibration& measured,
                            const Workload& work) {
  const int layers = topology.layers();
  const bool embeddings = plan.first_stage == 0;
  const int suffix_layers = std::min(layers, topology.head_stage() - plan.first_stage);
  const auto sums = count(topology, plan);
  // Of the three products of a layer (forward, gradient of the input, gradient of the weight) one falls away.
  const double frozen_share = sums.suffix > 0 ? 1 - sums.learning / sums.suffix : 0;
  const double suffix = suffix_step(measured, layers, suffix_layers, embeddings) * (1 - frozen_share / 3);
  const double prefix = embeddings ? 0 : measured.embeddings + measured.layer * (layers - suffix_layers);
  const double forward = measured.layer * suffix_layers + (embeddings ? measured.embeddings : 0);
  const int rows = rows_per_token(plan, work.all_stages);
  const double below = work.cached && !embeddings ? measured.read * rows : prefix;
  const double step = work.all_gradients ? measured.full_step : suffix + below;
  const double uncached_step = work.all_gradients ? measured.full_step : suffix + prefix;
  const auto train = static_cast<double>(work.train_tokens), dev = static_cast<double>(work.dev_tokens),
             test = static_cast<double>(work.test_tokens);
  const double update = (measured.update * sums.learning + measured.step) * static_cast<double>(work.steps);

  CostPrediction prediction;
  prediction.boundary = boundary_name(plan);
  prediction.learning_parameters = static_cast<std::int64_t>(sums.learning);
  prediction.epoch_seconds = train * step + update;
  prediction.uncached_seconds = train * uncached_step + update;
  prediction.evaluation_seconds = dev * (forward + below);
  if (work.cached && !embeddings) {
    prediction.fill_seconds = (train + dev + test) * (prefix + measured.write * rows);
  }
  const auto memory = estimate_memory(topology, plan, work);
  prediction.cache_bytes = memory.cache_bytes;
  prediction.peak_bytes = memory.peak_bytes();
  prediction.total_seconds =
      prediction.fill_seconds + test * (forward + below) +
      work.epochs * (prediction.epoch_seconds + static_cast<double>(work.evaluations) * prediction.evaluation_seconds);
  return prediction;
}

std::vector<CostPrediction> predict_costs(const Topology& topology, const Calibration& measured, const Workload& work) {
  std::vector<CostPrediction> all;
  const auto add = [&](std::string name, int first_stage) {
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors) learns.push_back(tensor.stage >= first_stage);
    all.push_back(predict_cost(topology, make_plan(topology, std::move(learns)), measured, work));
    all.back().name = std::move(name);
  };
  for (int layers = 0; layers <= topology.layers(); ++layers)
    add(layers == 0 ? "classifier only" : "last " + std::to_string(layers), topology.head_stage() - layers);
  add("full", 0);
  return all;
}

}  // namespace fthost
