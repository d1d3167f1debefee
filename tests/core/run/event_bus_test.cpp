#include "core/run/event_bus.h"

#include <functional>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace fthost {
namespace {

/// Writes down what it hears, emits what it is told to, and runs `inside` in every event.
class Spy final : public Sink {
 public:
  Spy(std::string name, Role role, std::vector<std::string>& heard)
      : name_(std::move(name)), role_(role), heard_(heard) {}

  std::vector<std::pair<std::string, double>> emits;
  std::function<void()> inside;

  Role role() const override { return role_; }
  void run_opened(const RunOpened&) override { hear("run_opened"); }
  void run_started(const RunStarted&) override { hear("run_started"); }
  void activity_advanced(const ActivityAdvanced&) override { hear("activity_advanced"); }
  void epoch_started(const EpochStarted&) override { hear("epoch_started"); }
  void step_ended(const StepEnded&) override { hear("step_ended"); }
  void epoch_trained(const EpochTrained& event, Metrics& out) override { hear("epoch_trained", event.epoch, out); }
  void evaluation_started(const EvaluationStarted&) override { hear("evaluation_started"); }
  void evaluated(const Evaluated& event, Metrics& out) override { hear("evaluated", event.epoch, out); }
  void metric_emitted(const MetricEmitted& event) override {
    hear(std::string(event.name) + "@" + std::to_string(event.epoch) + "=" + std::to_string(event.value));
  }
  void epoch_ended(const EpochEnded& event, Metrics& out) override { hear("epoch_ended", event.epoch, out); }
  void run_ended(const RunEnded&) override { hear("run_ended"); }

 private:
  void hear(const std::string& what) {
    heard_.push_back(name_ + " " + what);
    if (inside) inside();
  }
  void hear(const std::string& what, int epoch, Metrics& out) {
    hear(what);
    for (const auto& [name, value] : emits) out.emit(name, epoch, value);
  }

  std::string name_;
  Role role_;
  std::vector<std::string>& heard_;
};

struct BusFixture {
  std::vector<std::string> heard;
  std::shared_ptr<Spy> writer = std::make_shared<Spy>("w", Sink::Role::writer, heard);
  std::shared_ptr<Spy> metric = std::make_shared<Spy>("m", Sink::Role::metric, heard);
  EventBus bus;

  BusFixture() {
    bus.add(writer, "spy", "lib/writer.so");
    bus.add(metric, "measure", "lib/metric.so");
  }
};

}  // namespace

TEST_CASE_METHOD(BusFixture, "event bus tells metric sinks, then writers of figures, then writers", "[unit][run]") {
  metric->emits = {{"a", 1}, {"b", 2}};
  const auto second = std::make_shared<Spy>("n", Sink::Role::metric, heard);
  second->emits = {{"c", 3}};
  bus.add(second, "more", "lib/more.so");
  EpochTrained event;
  event.epoch = 4;
  bus.epoch_trained(event);
  CHECK(heard == std::vector<std::string>{"m epoch_trained", "n epoch_trained", "w a@4=1.000000", "w b@4=2.000000",
                                          "w c@4=3.000000", "w epoch_trained"});
  CHECK(bus.metrics().names() == std::vector<std::string>{"a", "b", "c"});
  CHECK(bus.metrics().at("c", 4) == 3.0);
}

TEST_CASE_METHOD(BusFixture, "event bus delivers every kind of event", "[unit][run]") {
  bus.run_opened({});
  bus.run_started({});
  bus.activity_advanced({});
  bus.epoch_started({});
  bus.step_ended({});
  bus.epoch_trained({});
  bus.evaluation_started({});
  bus.evaluated({});
  bus.epoch_ended({});
  bus.run_ended({});
  std::vector<std::string> expected;
  for (const auto* event : {"run_opened", "run_started", "activity_advanced", "epoch_started", "step_ended",
                            "epoch_trained", "evaluation_started", "evaluated", "epoch_ended", "run_ended"})
    for (const auto* who : {"m ", "w "}) expected.push_back(who + std::string(event));
  CHECK(heard == expected);
}

TEST_CASE("event bus hands its table to those who hear of an end", "[unit][run]") {
  class Reader final : public Sink {
   public:
    const MetricTable* epoch = nullptr;
    const MetricTable* run = nullptr;
    Role role() const override { return Role::writer; }
    void epoch_ended(const EpochEnded& event, Metrics&) override { epoch = event.metrics; }
    void run_ended(const RunEnded& event) override { run = event.metrics; }
  };
  const auto reader = std::make_shared<Reader>();
  EventBus bus;
  bus.add(reader, "reader", "x.so");
  bus.epoch_ended({});
  bus.run_ended({});
  CHECK(reader->epoch == &bus.metrics());
  CHECK(reader->run == &bus.metrics());
}

TEST_CASE_METHOD(BusFixture, "event bus says which sink threw", "[unit][run]") {
  metric->inside = [] { throw std::runtime_error("out of luck"); };
  CHECK_THROWS_WITH(bus.step_ended({}), "sink 'measure' (lib/metric.so): out of luck");
  CHECK(heard == std::vector<std::string>{"m step_ended"});
  metric->inside = [] { throw 7; };
  CHECK_THROWS_WITH(bus.step_ended({}), "sink 'measure' (lib/metric.so): it threw int, which is no std::exception");
  metric->inside = [] { throw Error("no luck"); };
  CHECK_THROWS_AS(bus.step_ended({}), Error);
}

TEST_CASE_METHOD(BusFixture, "event bus says whose option is wrong", "[unit][run]") {
  writer->inside = [] { throw OptionError("steps", "a wrong value"); };
  CHECK_THROWS_WITH(bus.run_started({}), "sink 'spy' (lib/writer.so): a wrong value");
  writer->inside = nullptr;
  const auto picky = std::make_shared<Spy>("p", Sink::Role::writer, heard);
  picky->inside = [] { throw OptionError("steps", "a wrong value"); };
  bus.add(picky, "picky", "lib/picky.so",
          [](const OptionError& error) { return InputError("a.toml", error.option() + ": " + error.what()); });
  CHECK_THROWS_WITH(bus.run_started({}), "a.toml: error: steps: a wrong value\n");
}

TEST_CASE_METHOD(BusFixture, "event bus lets errors of the user's input pass", "[unit][run]") {
  writer->inside = [] { throw InputError(Message{}); };
  CHECK_THROWS_AS(bus.run_started({}), InputError);
}

TEST_CASE_METHOD(BusFixture, "event bus refuses figures of writers", "[unit][run]") {
  writer->emits = {{"a", 1}};
  CHECK_THROWS_WITH(bus.evaluated({}),
                    "sink 'spy' (lib/writer.so): it emitted the figure 'a', but its role is writer: only metric sinks "
                    "do that");
  CHECK(bus.metrics().names().empty());
}

TEST_CASE_METHOD(BusFixture, "event bus tells all of the run's end, whoever throws", "[unit][run]") {
  metric->inside = [] { throw std::runtime_error("first"); };
  writer->inside = [] { throw OptionError("x", "second"); };
  CHECK_THROWS_WITH(bus.run_ended({}), "sink 'measure' (lib/metric.so): first\nsink 'spy' (lib/writer.so): second");
  CHECK(heard == std::vector<std::string>{"m run_ended", "w run_ended"});
}

TEST_CASE_METHOD(BusFixture, "event bus visits sinks in the order of delivery", "[unit][run]") {
  std::vector<Sink*> visited;
  bus.for_each_sink([&](Sink& sink) { visited.push_back(&sink); });
  CHECK(visited == std::vector<Sink*>{metric.get(), writer.get()});
  CHECK_THROWS_WITH(bus.for_each_sink([](Sink&) { throw std::bad_alloc(); }),
                    "sink 'measure' (lib/metric.so): std::bad_alloc");
}

}  // namespace fthost
