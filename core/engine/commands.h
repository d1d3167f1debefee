#pragma once

/// The engine's commands, one file each.

#include "core/engine/engine.h"

namespace fthost {

RunResult run_pipeline(const Pipeline& pipeline, const EngineRequest& request);       // run.cpp
PlanReport make_plan_report(const Pipeline& pipeline, const EngineRequest& request);  // plan.cpp
void predict_sentences(const PredictRequest& what, const EngineRequest& request);     // predict.cpp

}  // namespace fthost
