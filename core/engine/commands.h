#pragma once

/// The engine's commands, one file each.

#include "core/engine/engine.h"

namespace fthost {

RunResult run_pipeline(const Pipeline& pipeline, const EngineRequest& request);       // run.cpp
PlanReport make_plan_report(const Pipeline& pipeline, const EngineRequest& request);  // plan.cpp
std::vector<FilledBoundary> fill_cache(const Pipeline& pipeline, const std::vector<int>& boundaries,
                                       const EngineRequest& request);              // fill.cpp
void predict_sentences(const PredictRequest& what, const EngineRequest& request);  // predict.cpp

}  // namespace fthost
