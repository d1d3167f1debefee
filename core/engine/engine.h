#pragma once

/// The door between the thin executable and the engine, a library of its own that is opened when a command needs
/// tensors. No LibTorch in this header.

#include <fthost/events.h>
#include <fthost/metrics.h>
#include <fthost/plan.h>
#include <fthost/topology.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/cost.h"
#include "core/engine/memory.h"
#include "core/pipeline/pipeline.h"
#include "core/plugins/registry.h"

namespace fthost {

/// What every command hands to the engine. All must outlive the call.
struct EngineRequest {
  PluginRegistry* plugins = nullptr;
  Files* files = nullptr;
  ConsoleStyle console;
  /// Number of the signal that asks for an orderly end, 0 while there is none. Looked at after every step.
  const std::atomic<int>* stop_signal = nullptr;
  std::vector<std::string> command_line;  ///< For the record.
};

struct RunResult {
  RunEnded::State state = RunEnded::State::finished;
  std::string reason;            ///< Why it failed; for people.
  bool input_is_wrong = false;   ///< It failed for something that the user can mend: exit status 2 and not 1.
  std::filesystem::path folder;  ///< The run folder; empty when the run failed before there was one.
  std::filesystem::path model;   ///< The saved model; empty when there is none.
  MetricTable metrics;
};

/// Where a plan's seconds come from.
enum class Measure {
  never,   ///< There are none.
  if_new,  ///< An earlier measurement on this machine, or else one now.
  always,  ///< Now.
};

/// What `fthost plan` tells; trains nothing.
struct PlanReport {
  Topology topology;
  Plan plan;
  /// For the largest batch of the first epoch, or one of full length where nothing is predicted.
  MemoryEstimate memory;
  std::string device;
  int threads = 0;
  std::optional<CostPrediction> predicted;   ///< For this plan; none when nothing was to be measured.
  std::vector<CostPrediction> alternatives;  ///< For each number of learning layers, and for all.
  int epochs = 0;
  bool measured_now = false;  ///< And not read from an earlier measurement.
};

/// What filling did at one boundary.
struct FilledBoundary {
  int boundary = 0;
  std::int64_t computed = 0;  ///< Examples.
  std::int64_t there = 0;     ///< Examples that an earlier run had left.
  double seconds = 0;
  bool whole = false;  ///< All rows are kept now.
};

struct PredictRequest {
  std::filesystem::path model;  ///< A saved model folder.
  std::istream* in = nullptr;
  std::string input_name;  ///< For messages.
  std::ostream* out = nullptr;
  std::ostream* progress = nullptr;  ///< Where people see how far it has come; null: nowhere.
  bool columns_in = false;  ///< CoNLL columns, the first is the word; else one sentence a line, words apart by blanks.
  bool json_out = false;    ///< JSON lines, else CoNLL columns: word TAB label.
  int batch_size = 32;
  int threads = 0;
  std::string device = "auto";
};

/// A dev set's figures: micro averages over words, as the sink f1's, and the loss.
struct HeadScores {
  double f1 = 0, precision = 0, recall = 0;
  double loss = 0;
};

/// How far apart a stage's tensors are in two encoders.
struct StageDistance {
  std::string stage;
  double squares = 0;       ///< Sum of squared differences.
  std::int64_t values = 0;  ///< How many were compared.

  void add(const StageDistance& other) {
    squares += other.squares;
    values += other.values;
  }
  double mean() const { return values > 0 ? squares / static_cast<double>(values) : 0; }
};

/// What tensors run on here.
struct DeviceReport {
  std::string libtorch;              ///< Version.
  std::string cpu_capability;        ///< "AVX512".
  int threads = 0;                   ///< What `threads = 0` means here.
  bool cuda_library = false;         ///< fthost was built with its CUDA library, and it opens.
  std::string cuda_problem;          ///< Why it does not open.
  std::vector<std::string> devices;  ///< "cuda:0", one for each device.
};

/// Errors: InputError (exit 2) for what the user can mend, Error (exit 1) for the rest.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual RunResult run(const Pipeline& pipeline, const EngineRequest& request) = 0;
  virtual PlanReport plan(const Pipeline& pipeline, const EngineRequest& request, Measure measure) = 0;
  /// Fills the cache at each boundary (0 … L), each from the one below it; without any, at the pipeline's own.
  virtual std::vector<FilledBoundary> fill_cache(const Pipeline& pipeline, const std::vector<int>& boundaries,
                                                 const EngineRequest& request) = 0;
  /// Evaluates the pipeline's dev set with its model as it is and the head that a run of it has saved in the model
  /// folder `trained`. Computes all anew, without the cache.
  virtual HeadScores evaluate_head(const Pipeline& pipeline, const std::filesystem::path& trained,
                                   const EngineRequest& request) = 0;
  /// Stage by stage, between the pipeline's model and one of the same shape in another folder; heads are left out.
  virtual std::vector<StageDistance> encoder_distance(const Pipeline& pipeline, const std::filesystem::path& other,
                                                      const EngineRequest& request) = 0;
  virtual void predict(const PredictRequest& what, const EngineRequest& request) = 0;
  virtual DeviceReport devices() = 0;
};

/// Opens the engine's library beside the executable (../lib/fthost/libfthost_engine.so). Throws Error when it is not
/// there or does not open, with what to do.
std::shared_ptr<Engine> open_engine();

}  // namespace fthost
