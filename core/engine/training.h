#pragma once

/// The training loop: epochs of steps, the plan asked anew at each epoch, evaluation after each.

#include <fthost/freezing.h>
#include <fthost/optimizer.h>
#include <fthost/schedule.h>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/engine/data_sets.h"
#include "core/engine/evaluation.h"
#include "core/engine/mean_loss.h"
#include "core/engine/network.h"
#include "core/engine/prefix.h"
#include "core/pipeline/pipeline.h"
#include "core/run/event_bus.h"

namespace fthost {

/// The plugins that steer training.
struct Strategies {
  std::shared_ptr<Freezing> freezing;
  std::shared_ptr<Optimizer> optimizer;
  std::shared_ptr<Schedule> schedule;
};

/// One run's training. All references must outlive it.
class Training {
 public:
  Training(const Pipeline& pipeline, Network& network, Strategies strategies, const DataSets& data, EventBus& events,
           PrefixCache& cache, const EvaluationSettings& settings, const std::atomic<int>& stop_signal);

  /// Asks the strategy for the first plan and applies it. Must come before run().
  const Plan& make_first_plan();

  /// Trains all epochs. Returns false when a signal asked for the end: the step under way was finished, the epoch was
  /// not. Throws Error when loss or gradients are no longer finite.
  bool run();

  const Plan& plan() const { return plan_; }
  /// Steps of the optimizer over all epochs.
  std::int64_t total_steps() const { return total_steps_; }

  /// Evaluates with the weights of now, and tells the sinks.
  void evaluate_set(const DataSet& set, const char* name, int epoch, bool within_epoch);

  /// When the weights were as they are now.
  struct Kept {
    int epoch = 0;
    std::int64_t step = 0;
    MetricTable metrics;  ///< As they were then.
  };
  /// None when they are those of no evaluation and no epoch's end.
  const std::optional<Kept>& kept() const { return kept_; }

  /// Training of each whole epoch, without filling and evaluation.
  const std::vector<double>& epoch_seconds() const { return epoch_seconds_; }
  /// Did the strategy ask for another plan than the first one?
  bool plan_moved() const { return plan_moved_; }

 private:
  struct EpochSums;
  struct StepSums;
  struct StepFigures;
  using Indices = std::span<const std::size_t>;

  void update_plan(int epoch);
  std::vector<PrefixCache::Uses> uses_from(int epoch) const;
  void note_learning();
  std::int64_t count_steps() const;
  bool train_epoch(int epoch);
  void prepare_after_first_step();
  void train_step(std::span<const Indices> batches, EpochSums& sums);
  StepSums add_gradients(std::span<const Indices> batches);
  StepFigures read_figures(const StepSums& step, MeanLoss& epoch) const;
  Loss forward_loss(const Batch& batch);
  void update(double lr, double scale);
  double learning_rate() const;
  double clip_scale(double norm) const;
  void gather_gradient_norms();
  std::vector<double> mean_gradient_norms() const;
  void refuse_nonfinite(const Example& example, const char* what, double value) const;
  void evaluate_within(int epoch, const EpochSums& sums);
  void keep_if_best(int epoch, bool within_epoch);
  [[noreturn]] void refuse_metric() const;
  void restore_best();
  /// Leaves the best epoch's weights, when they are kept, else those of now, which are no epoch's within one.
  bool stop_early(bool within_epoch);
  void tell_listeners(int epoch, bool before);

  const Pipeline& pipeline_;
  Network& network_;
  Strategies strategies_;
  const DataSets& data_;
  EventBus& events_;
  const EvaluationSettings settings_;
  const std::atomic<int>& stop_signal_;

  Topology topology_;
  Prefix prefix_;
  Plan plan_;
  std::vector<Parameter> learning_;
  std::vector<std::int64_t> lengths_;  ///< Tokens of each training example.
  std::int64_t total_steps_ = 0;
  std::int64_t step_ = 0;            ///< Steps done.
  std::int64_t steps_of_epoch_ = 0;  ///< Of the epoch that goes on.
  std::optional<Kept> kept_;
  std::vector<double> epoch_seconds_;
  double apart_seconds_ = 0;  ///< Of filling and evaluations among the steps of the epoch that goes on.
  bool plan_moved_ = false;

  bool wants_gradient_norms_ = false;
  at::Tensor gradient_norm_sums_;  ///< Of those that learn, over the epoch's steps; undefined before the first.
  std::vector<bool> ever_learned_;
  std::optional<double> best_;
  std::vector<std::pair<std::size_t, at::Tensor>> best_values_;  ///< Index of the parameter, copy of its value.
};

}  // namespace fthost
