#include "core/run/event_bus.h"

#include <utility>

#include <fthost/error.h>

#include "core/plugins/guard.h"

namespace fthost {
namespace {

struct Figure {
  std::string name;
  int epoch;
  double value;
};

/// Takes the figures that are given for one event.
class Collected final : public Metrics {
 public:
  Collected(MetricTable& table, std::vector<Figure>& figures) : table_(table), figures_(figures) {}

  void emit(std::string_view name, int epoch, double value) override {
    table_.set(name, epoch, value);
    figures_.push_back({std::string(name), epoch, value});
  }

 private:
  MetricTable& table_;
  std::vector<Figure>& figures_;
};

class Refused final : public Metrics {
 public:
  void emit(std::string_view name, int, double) override {
    throw Error("it emitted the figure '" + std::string(name) + "', but its role is writer: only metric sinks do that");
  }
};

/// Runs `call`, and says who it was when it throws.
template <class Listener, class Call>
void guarded(const Listener& listener, const Call& call) {
  const auto complain = [&](const OptionError& error) {
    if (listener.complain) throw listener.complain(error);
  };
  guard_plugin([&] { return listener.label; }, complain, call);
}

}  // namespace

void EventBus::add(std::shared_ptr<Sink> sink, std::string_view name, const std::filesystem::path& library,
                   OptionComplaint complain) {
  Listener listener{std::move(sink), "sink '" + std::string(name) + "' (" + library.string() + ")",
                    std::move(complain)};
  guarded(listener, [&] {
    auto& listeners = listener.sink->role() == Sink::Role::metric ? metric_sinks_ : writers_;
    listeners.push_back(listener);
  });
}

void EventBus::deliver(const Call& call) {
  std::vector<Figure> figures;
  Collected collected(metrics_, figures);
  for (const auto& listener : metric_sinks_) guarded(listener, [&] { call(*listener.sink, collected); });
  for (const auto& figure : figures) {
    const MetricEmitted event{figure.name, figure.epoch, figure.value};
    for (const auto& listener : writers_) guarded(listener, [&] { listener.sink->metric_emitted(event); });
  }
  Refused refused;
  for (const auto& listener : writers_) guarded(listener, [&] { call(*listener.sink, refused); });
}

void EventBus::run_opened(const RunOpened& event) {
  deliver([&](Sink& sink, Metrics&) { sink.run_opened(event); });
}

void EventBus::run_started(const RunStarted& event) {
  deliver([&](Sink& sink, Metrics&) { sink.run_started(event); });
}

void EventBus::cache_chosen(const CacheChosen& event) {
  deliver([&](Sink& sink, Metrics&) { sink.cache_chosen(event); });
}

void EventBus::activity_advanced(const ActivityAdvanced& event) {
  deliver([&](Sink& sink, Metrics&) { sink.activity_advanced(event); });
}

void EventBus::epoch_started(const EpochStarted& event) {
  deliver([&](Sink& sink, Metrics&) { sink.epoch_started(event); });
}

void EventBus::step_ended(const StepEnded& event) {
  deliver([&](Sink& sink, Metrics&) { sink.step_ended(event); });
}

void EventBus::epoch_trained(const EpochTrained& event) {
  deliver([&](Sink& sink, Metrics& out) { sink.epoch_trained(event, out); });
}

void EventBus::evaluation_started(const EvaluationStarted& event) {
  deliver([&](Sink& sink, Metrics&) { sink.evaluation_started(event); });
}

void EventBus::evaluated(const Evaluated& event) {
  deliver([&](Sink& sink, Metrics& out) { sink.evaluated(event, out); });
}

void EventBus::epoch_ended(EpochEnded event) {
  event.metrics = &metrics_;
  deliver([&](Sink& sink, Metrics& out) { sink.epoch_ended(event, out); });
}

void EventBus::run_ended(RunEnded event) {
  event.metrics = &metrics_;
  std::string failures;
  for (const auto* listeners : {&metric_sinks_, &writers_})
    for (const auto& listener : *listeners) try {
        guarded(listener, [&] { listener.sink->run_ended(event); });
      } catch (const Error& error) {
        failures += (failures.empty() ? "" : "\n") + std::string(error.what());
      }
  if (!failures.empty()) throw Error(failures);
}

void EventBus::for_each_sink(const std::function<void(Sink&)>& visit) {
  for (const auto* listeners : {&metric_sinks_, &writers_})
    for (const auto& listener : *listeners) guarded(listener, [&] { visit(*listener.sink); });
}

}  // namespace fthost
