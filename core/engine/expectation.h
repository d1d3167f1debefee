#pragma once

/// What a run is going to take, from an earlier measurement on this machine.

#include <optional>

#include "core/engine/cost.h"
#include "core/engine/data_sets.h"
#include "core/engine/evaluation.h"
#include "core/engine/network.h"
#include "core/pipeline/pipeline.h"

namespace fthost {

/// How much a run has to do, once its data are examples. The largest batch is that of the first epoch.
Workload workload_of(const Pipeline& pipeline, const Network& network, const DataSets& data);

/// Bytes of rows that a run may keep where it keeps any; 0: it keeps none.
std::int64_t most_cache_room(const Pipeline& pipeline);

/// The same for a plan: as [cache] mode says, or as the cache will choose by itself when nothing is there yet.
std::int64_t cache_room(const Pipeline& pipeline, const Topology& topology, const Plan& plan,
                        const Calibration& measured, const Workload& work);

/// None when no measurement is kept; measures nothing itself.
std::optional<CostPrediction> expected_cost(const Pipeline& pipeline, const Network& network, const Plan& plan,
                                            const DataSets& data, const EvaluationSettings& settings, int threads);

}  // namespace fthost
