#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/plugins/sink_run.h"
#include "tests/without_times.h"

namespace fthost {
namespace {

/// Times and the temporary folder differ from run to run.
std::string events(const SinkRun& run) {
  auto text = without_times(run.folder.read("events.jsonl"));
  const auto folder = run.folder.path().string();
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
    text.replace(at, folder.size(), "RUN");
  return text;
}

void deliver_everything(SinkRun& run) {
  run.start();
  run.bus.activity_advanced({"tokenize train", "sentences", 1, 2});
  run.start_epoch(1);
  run.step(1, 1, 1.0 / 3);
  run.step(1, 2, std::nan(""));
  run.figures->at_epoch_trained = {{"train_loss", std::nan("")}};
  run.train_epoch(1, std::nan(""));
  run.figures->at_evaluated = {{"dev_f1", 0.1}};
  run.evaluate("dev", 1);
  run.end_epoch(1);
  run.end(RunEnded::State::failed, "the loss is nan", run.folder / "model");
}

}  // namespace

TEST_CASE("jsonl sink writes every event as a line", "[unit][plugins]") {
  SinkRun run;
  run.add("jsonl", {{"steps", true}});
  deliver_everything(run);
  CHECK(
      events(run) ==
      R"({"event":"run_started","time":"TIME","name":"tiny","folder":"RUN","device":"cpu","precision":"f32","threads":2,"seed":7,"epochs":2,"steps":4,"train_sentences":6,"train_words":60,"train_examples":7,"train_tokens":80,"dev_sentences":2,"dev_words":3,"dev_examples":3,"dev_tokens":9,"labels":2,"boundary":"1","learning_parameters":150,"frozen_parameters":1100}
{"event":"epoch_started","time":"TIME","epoch":1,"steps":2,"boundary":"1","learning_parameters":150,"frozen_parameters":1100}
{"event":"step_ended","time":"TIME","epoch":1,"step":1,"step_in_epoch":1,"loss":0.3333333333333333,"lr":0.001,"gradient_norm":0.0,"clip_factor":1.0,"examples":3,"tokens":40}
{"event":"step_ended","time":"TIME","epoch":1,"step":2,"step_in_epoch":2,"loss":null,"nonfinite":true,"lr":0.001,"gradient_norm":0.0,"clip_factor":1.0,"examples":3,"tokens":40}
{"event":"metric_emitted","time":"TIME","name":"train_loss","epoch":1,"value":null,"nonfinite":true}
{"event":"epoch_trained","time":"TIME","epoch":1,"loss":null,"nonfinite":true,"lr":3e-05,"steps":2,"examples":7,"tokens":80}
{"event":"metric_emitted","time":"TIME","name":"dev_f1","epoch":1,"value":0.1}
{"event":"evaluated","time":"TIME","set":"dev","epoch":1,"step":2,"within_epoch":false,"loss":0.75,"sentences":2,"words":3}
{"event":"epoch_ended","time":"TIME","epoch":1}
{"event":"run_ended","time":"TIME","state":"failed","reason":"the loss is nan","model":"RUN/model","seconds":63.0}
)");
}

TEST_CASE("jsonl sink leaves steps out when it is told", "[unit][plugins]") {
  SinkRun run;
  run.add("jsonl", {{"steps", false}});
  deliver_everything(run);
  const auto text = events(run);
  CHECK(text.find("step_ended") == std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 8);
}

TEST_CASE("jsonl sink has whole lines on the disk after each event", "[unit][plugins]") {
  SinkRun run;
  run.add("jsonl", {{"steps", true}});
  run.start();
  run.start_epoch(1);
  run.step(1, 1);
  const auto text = run.folder.read("events.jsonl");
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(text.ends_with("}\n"));
}

TEST_CASE("jsonl sink keeps every bit of a figure", "[unit][plugins]") {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 123456789.123456789}) {
    SinkRun run;
    run.add("jsonl", {{"steps", true}});
    run.start();
    run.figures->at_epoch_trained = {{"x", value}};
    run.train_epoch(1);
    const auto text = run.folder.read("events.jsonl");
    const auto begin = text.find('\n') + 1;
    const auto line = nlohmann::json::parse(text.substr(begin, text.find('\n', begin) - begin));
    CHECK(line["value"].get<double>() == value);
    CHECK(std::signbit(line["value"].get<double>()) == std::signbit(value));
  }
}

TEST_CASE("jsonl sink writes what was predicted and what it took", "[unit][plugins]") {
  SinkRun run;
  run.add("jsonl", {{"steps", false}});
  run.start();
  const CostComparison cost{7.25, 7.125, 41, 41.5};
  run.bus.run_ended({RunEnded::State::finished, "", nullptr, {}, nullptr, 41.5, &cost});
  CHECK(run.folder.read("events.jsonl")
            .find("\"cost\":{\"predicted_epoch_seconds\":7.25,\"measured_epoch_seconds\":7.125,"
                  "\"predicted_seconds\":41.0,\"measured_seconds\":41.5}") != std::string::npos);
}

TEST_CASE("jsonl sink bears the end of a run that never started", "[unit][plugins]") {
  SinkRun run;
  run.add("jsonl", {{"steps", true}});
  run.end(RunEnded::State::failed);
  CHECK(run.folder.read("events.jsonl").empty());
}

}  // namespace fthost
