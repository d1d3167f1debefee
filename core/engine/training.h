#pragma once

/// The training loop: epochs of steps, the plan asked anew at each epoch, evaluation after each.

#include <fthost/freezing.h>
#include <fthost/optimizer.h>
#include <fthost/schedule.h>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/engine/data_sets.h"
#include "core/engine/evaluation.h"
#include "core/engine/network.h"
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
           const EvaluationSettings& settings, const std::atomic<int>& stop_signal);

  /// Asks the strategy for the first plan and applies it. Must come before run().
  const Plan& make_first_plan();

  /// Trains all epochs. Returns false when a signal asked for the end: the step under way was finished, the epoch was
  /// not. Throws Error when loss or gradients are no longer finite.
  bool run();

  const Plan& plan() const { return plan_; }
  std::int64_t steps_per_epoch() const;
  /// The epoch after which the weights were as they are now; 0 when they are those of no epoch's end.
  int kept_epoch() const { return kept_epoch_; }

 private:
  struct EpochSums;

  void update_plan(int epoch);
  void note_learning();
  bool train_epoch(int epoch);
  void train_batch(const Batch& batch, EpochSums& sums);
  Loss forward_loss(const Batch& batch);
  double clip_scale(double norm) const;
  double gradient_norm() const;
  void gather_gradient_norms();
  void refuse_nonfinite(const Batch& batch, const char* what, double value) const;
  void evaluate_epoch(int epoch);
  void keep_if_best(int epoch);
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
  Plan plan_;
  std::vector<Parameter> learning_;
  std::int64_t step_ = 0;  ///< Steps done.
  int kept_epoch_ = 0;

  bool wants_gradient_norms_ = false;
  std::vector<double> gradient_norm_sums_;
  std::vector<bool> ever_learned_;
  std::optional<double> best_;
  std::vector<std::pair<std::size_t, at::Tensor>> best_values_;  ///< Index of the parameter, copy of its value.
};

}  // namespace fthost
