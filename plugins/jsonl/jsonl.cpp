#include <fthost/plugin.h>
#include <fthost/sink.h>
#include <fthost/utc.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Json = nlohmann::ordered_json;

/// JSON knows neither NaN nor infinity: they become null, and "nonfinite" says that something is.
void put(Json& line, const char* key, double value) {
  line[key] = std::isfinite(value) ? Json(value) : Json(nullptr);
  if (!std::isfinite(value)) line["nonfinite"] = true;
}

void put_plan(Json& line, const fthost::Topology& topology, const fthost::Plan& plan) {
  std::int64_t learning = 0;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < topology.tensors.size(); ++i) {
    const auto count = topology.tensors[i].count();
    all += count;
    if (plan.learns[i]) learning += count;
  }
  line["boundary"] = fthost::boundary_name(plan);
  line["learning_parameters"] = learning;
  line["frozen_parameters"] = all - learning;
}

std::size_t count_words(const std::vector<std::vector<std::string>>& sentences) {
  std::size_t words = 0;
  for (const auto& sentence : sentences) words += sentence.size();
  return words;
}

/// events.jsonl: every event as a line, in the order in which they came. A line is one write, so that a run that dies
/// leaves whole lines but perhaps the last. Progress of activities is left out: it is for eyes, and says nothing later.
class JsonlSink final : public fthost::Sink {
 public:
  explicit JsonlSink(const fthost::Options& options) : steps_(options.boolean("steps")) {}

  Role role() const override { return Role::writer; }

  void run_started(const fthost::RunStarted& event) override {
    file_ = event.files->create(event.folder / "events.jsonl");
    topology_ = *event.topology;
    auto line = begin("run_started");
    line["name"] = event.name;
    line["folder"] = event.folder.string();
    line["device"] = event.device;
    line["precision"] = event.precision;
    line["threads"] = event.threads;
    line["seed"] = event.seed;
    line["epochs"] = event.epochs;
    line["steps"] = event.steps;
    for (const auto& [set, counts] : event.data) {
      line[set + "_sentences"] = counts.sentences;
      line[set + "_words"] = counts.words;
      line[set + "_examples"] = counts.examples;
      line[set + "_tokens"] = counts.tokens;
    }
    line["labels"] = event.labels;
    put_plan(line, topology_, *event.plan);
    write(line);
  }

  void cache_chosen(const fthost::CacheChosen& event) override {
    auto line = begin("cache_chosen");
    line["boundary"] = event.boundary;
    line["mode"] = event.mode;
    line["reason"] = event.reason;
    write(line);
  }

  void epoch_started(const fthost::EpochStarted& event) override {
    auto line = begin("epoch_started");
    line["epoch"] = event.epoch;
    line["steps"] = event.steps;
    put_plan(line, topology_, *event.plan);
    write(line);
  }

  void step_ended(const fthost::StepEnded& event) override {
    if (!steps_) return;
    auto line = begin("step_ended");
    line["epoch"] = event.epoch;
    line["step"] = event.step;
    line["step_in_epoch"] = event.step_in_epoch;
    put(line, "loss", event.loss);
    put(line, "lr", event.lr);
    put(line, "gradient_norm", event.gradient_norm);
    put(line, "clip_factor", event.clip_factor);
    line["examples"] = event.examples;
    line["tokens"] = event.tokens;
    write(line);
  }

  void epoch_trained(const fthost::EpochTrained& event, fthost::Metrics&) override {
    auto line = begin("epoch_trained");
    line["epoch"] = event.epoch;
    put(line, "loss", event.loss);
    put(line, "lr", event.lr);
    line["steps"] = event.steps;
    line["examples"] = event.examples;
    line["tokens"] = event.tokens;
    write(line);
  }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics&) override {
    auto line = begin("evaluated");
    line["set"] = event.set;
    line["epoch"] = event.epoch;
    line["step"] = event.step;
    line["within_epoch"] = event.within_epoch;
    put(line, "loss", event.loss);
    line["sentences"] = event.gold->size();
    line["words"] = count_words(*event.gold);
    write(line);
  }

  void metric_emitted(const fthost::MetricEmitted& event) override {
    auto line = begin("metric_emitted");
    line["name"] = event.name;
    line["epoch"] = event.epoch;
    put(line, "value", event.value);
    write(line);
  }

  void epoch_ended(const fthost::EpochEnded& event, fthost::Metrics&) override {
    auto line = begin("epoch_ended");
    line["epoch"] = event.epoch;
    write(line);
  }

  void run_ended(const fthost::RunEnded& event) override {
    if (file_ == nullptr) return;  // the run failed before there was a folder
    auto line = begin("run_ended");
    line["state"] = fthost::state_name(event.state);
    line["reason"] = event.reason;
    line["model"] = event.model.string();
    put(line, "seconds", event.seconds);
    if (event.cache != nullptr)
      for_each_member(*event.cache, [&](const char* name, const auto& value) { line["cache"][name] = value; });
    if (event.cost != nullptr)
      for_each_member(*event.cost, [&](const char* name, double value) { line["cost"][name] = value; });
    write(line);
    file_->close();
    file_.reset();
  }

 private:
  static Json begin(std::string_view event) {
    Json line;
    line["event"] = event;
    line["time"] = fthost::utc_text(std::chrono::system_clock::now());
    return line;
  }

  void write(const Json& line) {
    // A path may hold any bytes, a line of JSON UTF-8 alone.
    file_->write(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  bool steps_;
  fthost::Topology topology_;
  std::unique_ptr<fthost::OutputFile> file_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<JsonlSink>("jsonl", "Every event as a line of JSON in events.jsonl.")
                  .option("steps", fthost::boolean().by_default(true), "write a line for each step too"))
