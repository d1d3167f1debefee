#pragma once

/// Where the engine says what happened, and everyone who listens hears it.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/error.h>
#include <fthost/events.h>
#include <fthost/metrics.h>
#include <fthost/sink.h>

namespace fthost {

/// Holds the sinks and the table of figures. Delivers an event to the metric sinks, then a MetricEmitted for each
/// figure that they gave for it, then the event to the writers; within both in the order in which they were added.
/// Leaves nothing out and delays nothing. Used on the training thread only.
///
/// A sink that throws ends the delivery. InputError passes as it is, OptionError becomes what the sink's
/// OptionComplaint makes of it, anything else an Error "sink 'csv' (path/csv.so): …". A writer that emits a figure is
/// refused in the same way.
class EventBus {
 public:
  /// Says where the user gave the option that a sink finds wrong when it hears an event. May throw a PluginFailure.
  using OptionComplaint = std::function<InputError(const OptionError&)>;

  /// `name`: the component's; `library`: the file that it came from. Without `complain` an OptionError is reported like
  /// any other exception.
  void add(std::shared_ptr<Sink> sink, std::string_view name, const std::filesystem::path& library,
           OptionComplaint complain = {});

  const MetricTable& metrics() const { return metrics_; }

  void run_opened(const RunOpened& event);
  void run_started(const RunStarted& event);
  void cache_chosen(const CacheChosen& event);
  void activity_advanced(const ActivityAdvanced& event);
  void epoch_started(const EpochStarted& event);
  void step_ended(const StepEnded& event);
  void epoch_trained(const EpochTrained& event);
  void evaluation_started(const EvaluationStarted& event);
  void evaluated(const Evaluated& event);
  /// `event.metrics` is filled in.
  void epoch_ended(EpochEnded event);
  /// `event.metrics` is filled in. Every sink hears it, even when one before it throws; what they threw is collected
  /// and thrown as one Error afterwards.
  void run_ended(RunEnded event);

  /// Calls `visit` for every sink in the order of delivery, with the same treatment of what it throws: for abilities
  /// that only some sinks have (ParameterListener).
  void for_each_sink(const std::function<void(Sink&)>& visit);

 private:
  struct Listener {
    std::shared_ptr<Sink> sink;
    std::string label;  ///< "sink 'csv' (path/csv.so)"
    OptionComplaint complain;
  };
  using Call = std::function<void(Sink&, Metrics&)>;

  void deliver(const Call& call);

  std::vector<Listener> metric_sinks_;
  std::vector<Listener> writers_;
  MetricTable metrics_;
};

}  // namespace fthost
