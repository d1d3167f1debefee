#pragma once

/// What a plan is going to take in seconds, from the topology and a short measurement on this machine. No tensors.

#include <fthost/plan.h>
#include <fthost/topology.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/engine/workload.h"

namespace fthost {

/// What was measured here for one model, number type and number of threads. Seconds per token, but for `update` and
/// `step`.
struct Calibration {
  double embeddings = 0;   ///< The embeddings, forward in evaluation mode.
  double layer = 0;        ///< One layer, forward in evaluation mode: the mean over all.
  double head_step = 0;    ///< Both passes when only the head learns, the prefix left out.
  double one_step = 0;     ///< The same when the uppermost layer learns too.
  double layers_step = 0;  ///< The same when all layers learn.
  double full_step = 0;    ///< Both passes when everything learns.
  double update = 0;       ///< The optimizer's, per learning element and step.
  double step = 0;         ///< Of a step, whatever its size: packing a batch, clipping and updating next to nothing.
  double read = 0;         ///< One row of the hidden size from the cache.
  double write = 0;        ///< The same to its files.
};

struct CostPrediction {
  std::string name;  ///< What learns: "classifier-only", "last 3", "full"; empty for the pipeline's own plan.
  std::string boundary;
  std::int64_t learning_parameters = 0;
  double fill_seconds = 0;        ///< Of the cache, for all sets, as far as it has room, when none of it is there.
  double epoch_seconds = 0;       ///< Training of an epoch after the fill, evaluation left out.
  double uncached_seconds = 0;    ///< The same without a cache.
  double evaluation_seconds = 0;  ///< Of dev, once.
  double total_seconds = 0;       ///< All epochs and evaluations, test and filling.
  std::int64_t cache_bytes = 0;   ///< Of the rows that are kept, all sets.
  std::int64_t peak_bytes = 0;    ///< Of memory; see MemoryEstimate.
};

/// Layers of the suffix between one and all are taken to cost the same each: what lies between two measured numbers is
/// interpolated. A frozen tensor in the suffix saves the third of the passes that is its weight's gradient. Where all
/// gradients are asked for, a step is both passes of everything, whatever learns.
CostPrediction predict_cost(const Topology& topology, const Plan& plan, const Calibration& calibration,
                            const Workload& workload);

/// The head alone, then one layer more each time, then everything.
std::vector<CostPrediction> predict_costs(const Topology& topology, const Calibration& calibration,
                                          const Workload& workload);

}  // namespace fthost
