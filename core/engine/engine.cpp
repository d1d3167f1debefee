#include "core/engine/engine.h"

#include "core/engine/commands.h"
#include "core/engine/device.h"

namespace fthost {
namespace {

class LibTorchEngine final : public Engine {
 public:
  RunResult run(const Pipeline& pipeline, const EngineRequest& request) override {
    return run_pipeline(pipeline, request);
  }
  PlanReport plan(const Pipeline& pipeline, const EngineRequest& request, Measure measure) override {
    return make_plan_report(pipeline, request, measure);
  }
  std::vector<FilledBoundary> fill_cache(const Pipeline& pipeline, const std::vector<int>& boundaries,
                                         const EngineRequest& request) override {
    return fthost::fill_cache(pipeline, boundaries, request);
  }
  HeadScores evaluate_head(const Pipeline& pipeline, const std::filesystem::path& trained,
                           const EngineRequest& request) override {
    return fthost::evaluate_head(pipeline, trained, request);
  }
  std::vector<StageDistance> encoder_distance(const Pipeline& pipeline, const std::filesystem::path& other,
                                              const EngineRequest& request) override {
    return fthost::encoder_distance(pipeline, other, request);
  }
  void predict(const PredictRequest& what, const EngineRequest& request) override { predict_sentences(what, request); }
  DeviceReport devices() override { return report_devices(); }
};

}  // namespace
}  // namespace fthost

/// The one symbol that the executable asks for; the caller owns what it returns.
extern "C" FTHOST_API fthost::Engine* fthost_make_engine();
extern "C" fthost::Engine* fthost_make_engine() {
  return new fthost::LibTorchEngine;
}
