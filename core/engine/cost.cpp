#include "core/engine/cost.h"

#include <algorithm>

#include "core/engine/memory.h"

namespace fthost {
namespace {

struct Sums {
  double suffix = 0;    ///< Elements of the suffix' tensors.
  double learning = 0;  ///< Of these, those that learn.

  double frozen_share() const { return suffix > 0 ? 1 - learning / suffix : 0; }
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

int suffix_layers_of(const Topology& topology, const Plan& plan) {
  return std::min(topology.layers(), topology.head_stage() - plan.first_stage);
}

/// Both passes over the suffix when all of it learns, seconds per token.
double suffix_step(const Topology& topology, const Plan& plan, const Calibration& measured) {
  const int layers = topology.layers(), suffix_layers = suffix_layers_of(topology, plan);
  if (plan.first_stage == 0) return measured.full_step;
  if (suffix_layers == 0) return measured.head_step;
  if (layers < 2) return measured.one_step;
  const double share = static_cast<double>(suffix_layers - 1) / static_cast<double>(layers - 1);
  return measured.one_step + share * (measured.layers_step - measured.one_step);
}

/// What it takes to have the suffix' input, seconds per token.
struct InputSeconds {
  double compute = 0;  ///< The prefix.
  double read = 0;     ///< What is kept.
  double write = 0;

  /// The mean over `tokens`, of which so many are kept.
  double mean(std::int64_t kept, std::int64_t tokens) const {
    const double share = tokens > 0 ? static_cast<double>(kept) / static_cast<double>(tokens) : 0;
    return share * read + (1 - share) * compute;
  }
};

InputSeconds input_seconds(const Topology& topology, const Plan& plan, const Calibration& measured,
                           const Workload& work) {
  if (plan.first_stage == 0) return {};
  return {.compute = measured.embeddings + measured.layer * (topology.layers() - suffix_layers_of(topology, plan)),
          .read = measured.read * rows_per_token(plan, work.all_stages),
          .write = measured.write * f32_rows_per_token(topology, plan, work)};
}

}  // namespace

CostPrediction predict_cost(const Topology& topology, const Plan& plan, const Calibration& measured,
                            const Workload& work) {
  const auto sums = count(topology, plan);
  const auto input = input_seconds(topology, plan, measured, work);
  const auto kept = kept_tokens(topology, plan, work);
  // Of the three products of a layer (forward, gradient of the input, gradient of the weight) one falls away.
  const double suffix = suffix_step(topology, plan, measured) * (1 - sums.frozen_share() / 3);
  const double step = work.all_gradients ? measured.full_step : suffix + input.mean(kept.train, work.train_tokens);
  const double uncached_step = work.all_gradients ? measured.full_step : suffix + input.compute;
  const double forward =
      measured.layer * suffix_layers_of(topology, plan) + (plan.first_stage == 0 ? measured.embeddings : 0);
  const auto train = static_cast<double>(work.train_tokens), dev = static_cast<double>(work.dev_tokens),
             test = static_cast<double>(work.test_tokens);
  const double update = (measured.update * sums.learning + measured.step) * static_cast<double>(work.steps);

  CostPrediction prediction;
  prediction.boundary = boundary_name(plan);
  prediction.learning_parameters = static_cast<std::int64_t>(sums.learning);
  prediction.epoch_seconds = train * step + update;
  prediction.uncached_seconds = train * uncached_step + update;
  prediction.evaluation_seconds = dev * (forward + input.mean(kept.dev, work.dev_tokens));
  prediction.fill_seconds = static_cast<double>(kept.different) * (input.compute + input.write);
  const auto memory = estimate_memory(topology, plan, work);
  prediction.cache_bytes = memory.cache_bytes;
  prediction.peak_bytes = memory.peak_bytes();
  prediction.total_seconds =
      prediction.fill_seconds + test * (forward + input.mean(kept.test, work.test_tokens)) +
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
