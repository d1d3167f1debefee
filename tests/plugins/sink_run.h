#pragma once

/// A small run, as events, for tests of sinks.

#include <fthost/sink.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/run/event_bus.h"
#include "tests/plugins/open_plugin.h"
#include "tests/temporary_folder.h"

namespace fthost {

/// Gives figures like a metric sink, when it is told to.
class Figures final : public Sink {
 public:
  std::map<std::string, double> at_epoch_trained, at_evaluated;

  Role role() const override { return Role::metric; }
  void epoch_trained(const EpochTrained& event, Metrics& out) override {
    for (const auto& [name, value] : at_epoch_trained) out.emit(name, event.epoch, value);
  }
  void evaluated(const Evaluated& event, Metrics& out) override {
    for (const auto& [name, value] : at_evaluated) out.emit(name, event.epoch, value);
  }
};

/// Delivers the events of a run of two epochs with two steps each.
struct SinkRun {
  TemporaryFolder folder;
  std::shared_ptr<Figures> figures = std::make_shared<Figures>();
  EventBus bus;
  ConsoleStyle console;
  Topology topology;
  Plan plan;
  std::vector<std::vector<std::string>> labels = {{"O", "B-x"}, {"O"}};

  SinkRun() {
    bus.add(figures, "figures", "figures.so");
    topology.stages = {{"embeddings", 0}, {"layer.0", 0}, {"layer.1", 0}, {"head", 0}};
    topology.tensors = {{"a", {100, 10}, 0}, {"b", {10, 10}, 1}, {"c", {10, 10}, 2}, {"d", {10, 5}, 3}};
    plan = make_plan(topology, {false, false, true, true});
  }

  void add(const std::string& name, std::map<std::string, OptionValue, std::less<>> options = {}) {
    bus.add(open_plugin<Sink>(name, name, std::move(options)), name, name + ".so");
  }

  void open() { bus.run_opened({console}); }

  void start() {
    open();
    RunStarted event;
    event.name = "tiny";
    event.folder = folder.path();
    event.files = &disk();
    event.device = "cpu";
    event.precision = "f32";
    event.threads = 2;
    event.seed = 7;
    event.epochs = 2;
    event.steps = 4;
    ExampleCounts train;
    train.sentences = 6;
    train.words = 60;
    train.examples = 7;
    train.tokens = 80;
    train.cut = 1;
    train.windows = 2;
    ExampleCounts dev;
    dev.sentences = 2;
    dev.words = dev.examples = 3;
    dev.tokens = 9;
    event.data = {{"train", train}, {"dev", dev}};
    event.labels = 2;
    event.topology = &topology;
    event.plan = &plan;
    bus.run_started(event);
  }

  void start_epoch(int epoch) { bus.epoch_started({epoch, 2, &plan}); }

  void step(int epoch, int step, double loss = 0.5) {
    StepEnded event;
    event.epoch = epoch;
    event.step = (epoch - 1) * 2 + step;
    event.step_in_epoch = step;
    event.loss = loss;
    event.lr = 0.001;
    event.examples = 3;
    event.tokens = 40;
    bus.step_ended(event);
  }

  void train_epoch(int epoch, double loss = 0.5) { bus.epoch_trained({epoch, loss, 3e-5, 2, 7, 80}); }

  void evaluate(std::string_view set, int epoch, double loss = 0.75, std::chrono::milliseconds takes = {}) {
    bus.evaluation_started({epoch, set});
    std::this_thread::sleep_for(takes);
    bus.evaluated({epoch, set, 2 * epoch, false, &labels, &labels, loss});
  }

  void end_epoch(int epoch) { bus.epoch_ended({epoch, nullptr}); }

  void end(RunEnded::State state = RunEnded::State::finished, std::string_view reason = "",
           const std::filesystem::path& model = {}) {
    bus.run_ended({state, reason, nullptr, model, nullptr, 63.0});
  }
};

}  // namespace fthost
