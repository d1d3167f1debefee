#pragma once

/// Kind `sink`: listens to events. A metric sink turns them into figures, a writer puts them somewhere. Needs no tensor
/// and no LibTorch (a sink that wants to see parameters also derives from ParameterListener, <fthost/parameters.h>).

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/events.h>
#include <fthost/options.h>

namespace fthost {

/// Override what interests you; the rest does nothing. Called on the training thread only, in this order:
/// run_opened, run_started, then per epoch { epoch_started, step_ended …, epoch_trained, evaluation (dev), epoch_ended
/// }, evaluation (test), run_ended. An evaluation is evaluation_started, then evaluated; with [train] evaluate_every
/// there are some of dev among an epoch's steps too. cache_chosen comes before an epoch_started, or before the test
/// set, when the boundary or the weights below it are new; activity_advanced in between at any time; metric_emitted, to
/// writers, right before the event that it is of. Every event goes to the metric sinks first, then, with the figures
/// that they emitted, to the writers; within both in the order of the pipeline file.
///
/// Not every run comes that far. Where the input turns out to be wrong before there is a run folder, and in `fthost
/// cache fill`, there is no run_started and no run_ended. A run whose first files cannot be written is told its end and
/// not its start: in run_ended, close what run_started opened, if it did.
///
/// The run waits for each call, step_ended most of all: it comes once per optimizer step. A sink that throws ends the
/// run; what it had written stays, and it still hears run_ended. Write files through RunStarted::files only.
class FTHOST_API Sink : public Component {
 public:
  enum class Role { metric, writer };

  static constexpr Kind kKind = Kind::sink;
  ~Sink() override;

  /// Asked once, before any event. A metric sink comes before all writers and hears no metrics.
  virtual Role role() const = 0;

  // What each event means and how often it comes stands in <fthost/events.h>. Only metric sinks may emit into `out`.
  virtual void run_opened(const RunOpened& event);
  virtual void run_started(const RunStarted& event);
  virtual void cache_chosen(const CacheChosen& event);
  virtual void activity_advanced(const ActivityAdvanced& event);
  virtual void epoch_started(const EpochStarted& event);
  virtual void step_ended(const StepEnded& event);
  virtual void epoch_trained(const EpochTrained& event, Metrics& out);
  virtual void evaluation_started(const EvaluationStarted& event);
  virtual void evaluated(const Evaluated& event, Metrics& out);
  virtual void metric_emitted(const MetricEmitted& event);
  virtual void epoch_ended(const EpochEnded& event, Metrics& out);
  virtual void run_ended(const RunEnded& event);
};

}  // namespace fthost
