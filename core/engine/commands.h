#pragma once

/// The engine's commands, one file each.

#include "core/engine/engine.h"

namespace fthost {

/// What learns in the first epoch.
Plan first_plan(const Pipeline& pipeline, PluginRegistry& plugins, const Topology& topology);  // plan.cpp

RunResult run_pipeline(const Pipeline& pipeline, const EngineRequest& request);                        // run.cpp
PlanReport make_plan_report(const Pipeline& pipeline, const EngineRequest& request, Measure measure);  // plan.cpp
std::vector<FilledBoundary> fill_cache(const Pipeline& pipeline, const std::vector<int>& boundaries,
                                       const EngineRequest& request);  // fill.cpp
HeadScores evaluate_head(const Pipeline& pipeline, const std::filesystem::path& trained,
                         const EngineRequest& request);  // head_evaluation.cpp
std::vector<StageDistance> encoder_distance(const Pipeline& pipeline, const std::filesystem::path& other,
                                            const EngineRequest& request);         // encoder_distance.cpp
void predict_sentences(const PredictRequest& what, const EngineRequest& request);  // predict.cpp

}  // namespace fthost
