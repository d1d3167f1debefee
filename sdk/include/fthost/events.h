#pragma once

/// What the engine says happened. An event lives as long as the call that delivers it: copy what you keep.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/files.h>
#include <fthost/metrics.h>
#include <fthost/plan.h>
#include <fthost/sentence.h>
#include <fthost/topology.h>

namespace fthost {

/// How the person at the terminal wants to be spoken to; decided by the host from the command line and environment.
struct ConsoleStyle {
  bool quiet = false;  ///< Warnings and errors only.
  bool live = false;   ///< Standard error is a terminal: a line may be redrawn in place.
  bool color = false;  ///< Colours are welcome (NO_COLOR unset, a terminal).
  int width = 80;      ///< Columns of the terminal.
};

/// First event of all, once: the pipeline is right, and the data are about to be read. There is no run folder yet, and
/// if the data turn out to be wrong there will be none: no further event comes then.
struct RunOpened {
  ConsoleStyle console;
};

/// A set of the data, read and made into examples.
struct DataSetCounts {
  std::string set;  ///< "train", "dev", "test".
  ExampleCounts counts;
};

/// Once; all is checked and loaded, nothing is trained.
struct RunStarted {
  std::string name;              ///< The run folder's name: that of the pipeline, with "-2" … when it was in use.
  std::filesystem::path folder;  ///< The run folder; exists.
  Files* files = nullptr;        ///< Through which all files in it are written. Lives as long as the run.
  std::string device;            ///< "cpu", "cuda:0".
  std::string precision;         ///< "f32", "bf16".
  int threads = 1;
  std::uint64_t seed = 0;
  int epochs = 0;
  std::int64_t steps = 0;           ///< Of the optimizer, over all epochs.
  std::vector<DataSetCounts> data;  ///< Train first; dev and test where there are some.
  std::int64_t labels = 0;          ///< That the head tells apart.
  const Topology* topology = nullptr;
  const Plan* plan = nullptr;  ///< The first epoch's.
};

/// What became of the rows at a boundary. An example is asked for once per epoch or evaluation.
struct CacheUse {
  std::string mode;                  ///< "off", "memory" or "disk": where the rows at the newest boundary are kept.
  std::int64_t hits = 0;             ///< Examples whose rows were kept when they were asked for.
  std::int64_t misses = 0;           ///< Examples whose rows had to be computed, by filling or when asked for.
  std::int64_t reused = 0;           ///< Of those that filling looked for, how many an earlier run had left.
  std::int64_t bytes_read = 0;       ///< Of rows, by hits.
  std::int64_t bytes_held = 0;       ///< In memory of the process' own.
  std::int64_t bytes_on_device = 0;  ///< Of rows, kept on the run's device as well; 0 on a CPU.
  std::int64_t bytes_written = 0;    ///< To files, by this run.
  double fill_seconds = 0;           ///< Spent on filling.
  double seconds_saved = 0;          ///< What the hits would have taken to compute, less reading and filling.
};

/// Calls `take(name, value)` for each member, under the name that run.json and events.jsonl have for it.
template <class Take>
void for_each_member(const CacheUse& use, const Take& take) {
  take("mode", use.mode);
  take("hits", use.hits);
  take("misses", use.misses);
  take("reused", use.reused);
  take("bytes_read", use.bytes_read);
  take("bytes_held", use.bytes_held);
  take("bytes_on_device", use.bytes_on_device);
  take("bytes_written", use.bytes_written);
  take("fill_seconds", use.fill_seconds);
  take("seconds_saved", use.seconds_saved);
}

/// What an earlier `fthost plan` on this machine lets expect of a run, beside what it took.
struct CostComparison {
  double predicted_epoch_seconds = 0;  ///< Training of an epoch after the cache is filled.
  double measured_epoch_seconds = 0;   ///< The median over the epochs, without filling and evaluation.
  double predicted_seconds = 0;        ///< Of the run as a whole; of filling, what had to be computed.
  double measured_seconds = 0;
};

/// As for CacheUse.
template <class Take>
void for_each_member(const CostComparison& cost, const Take& take) {
  take("predicted_epoch_seconds", cost.predicted_epoch_seconds);
  take("measured_epoch_seconds", cost.measured_epoch_seconds);
  take("predicted_seconds", cost.predicted_seconds);
  take("measured_seconds", cost.measured_seconds);
}

/// The boundary was set, and with it whether and where the rows there are kept. Before training and whenever the
/// boundary or the weights below it change.
struct CacheChosen {
  std::string_view boundary;
  std::string_view mode;    ///< As in CacheUse.
  std::string_view reason;  ///< "computing 40 µs a token, reading 0.1 µs: saves about 12 s". May be empty.
};

/// Something takes a while: reading, tokenizing, filling, evaluating. Comes at most ten times a second, and once with
/// done == total when it ends; between run_opened and run_started too. Not for training steps, which have StepEnded.
struct ActivityAdvanced {
  std::string_view activity;  ///< "tokenize train", "evaluate dev".
  std::string_view unit;      ///< "sentences", "examples".
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: not known.
};

/// Once per epoch, before its first step. The clock of `seconds` starts here.
struct EpochStarted {
  int epoch = 0;           ///< From 1.
  std::int64_t steps = 0;  ///< Of the optimizer, in this epoch.
  const Plan* plan = nullptr;
};

/// Once per optimizer step.
struct StepEnded {
  int epoch = 0;
  std::int64_t step = 0;           ///< Of the whole run, from 1.
  std::int64_t step_in_epoch = 0;  ///< From 1.
  double loss = 0;                 ///< Mean over the labelled tokens of the step's batches, before the update.
  double lr = 0;                   ///< The learning rate that was applied, schedule included.
  double gradient_norm = 0;        ///< Before clipping, over the tensors that [train] clip_over names.
  double clip_factor = 1;          ///< What all gradients were multiplied by, to clip them.
  std::int64_t examples = 0;       ///< In the step's batches.
  std::int64_t tokens = 0;         ///< In the step's batches.
};

/// Once per epoch, after its last step and before any evaluation. The clock of `seconds` stops here.
struct EpochTrained {
  int epoch = 0;
  double loss = 0;  ///< Mean over all labelled tokens of the epoch, as each batch saw them before its update.
  double lr = 0;    ///< Of the last step.
  std::int64_t steps = 0;
  std::int64_t examples = 0;
  std::int64_t tokens = 0;
};

/// The evaluation of a set begins.
struct EvaluationStarted {
  int epoch = 0;
  std::string_view set;
};

/// A set was evaluated: "dev" after each epoch and, with [train] evaluate_every, within it; "test" at the end. Labels
/// per sentence and word (or token, with [train] score_on), as strings, in the order of the file; both lists have the
/// same shape.
struct Evaluated {
  int epoch = 0;  ///< The epoch in or after which it was; the last for "test".
  std::string_view set;
  std::int64_t step = 0;      ///< Steps done by then, in the whole run.
  bool within_epoch = false;  ///< More steps of the epoch follow; a later figure of this epoch replaces this one.
  const std::vector<std::vector<std::string>>* gold = nullptr;
  const std::vector<std::vector<std::string>>* predicted = nullptr;
  double loss = 0;  ///< Mean over the labelled tokens.
};

/// A metric sink gave a figure. Metric sinks hear no metrics, writers do.
struct MetricEmitted {
  std::string_view name;
  int epoch = 0;
  double value = 0;
};

/// Once per epoch, when all of its figures are in the table.
struct EpochEnded {
  int epoch = 0;
  const MetricTable* metrics = nullptr;
};

/// Last event of a run, once, also when it failed or was interrupted.
struct RunEnded {
  enum class State { finished, failed, interrupted };
  State state = State::finished;
  std::string_view reason;  ///< Why it failed; empty when finished.
  const MetricTable* metrics = nullptr;
  std::filesystem::path model;      ///< Folder of the saved model; empty when there is none.
  const CacheUse* cache = nullptr;  ///< Null when there was no prefix to keep.
  double seconds = 0;               ///< Of the run as a whole.
  /// Null when nothing was predicted: no earlier measurement is kept, the run is not whole, or its boundary moved.
  const CostComparison* cost = nullptr;
};

/// The word that stands in run.json and on the console.
constexpr std::string_view state_name(RunEnded::State state) {
  switch (state) {
    case RunEnded::State::finished:
      return "finished";
    case RunEnded::State::failed:
      return "failed";
    case RunEnded::State::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace fthost
