#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "progress_line.h"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kRedrawn{100};       // a line that is redrawn in place
constexpr milliseconds kSaidFirst{2'000};   // the same, before the run has started
constexpr milliseconds kSaidAgain{10'000};  // a line of its own, where nothing can be redrawn
constexpr milliseconds kWorthMention{300};  // an activity that is over sooner is not shown
constexpr int kNarrowest = 20;
constexpr int kRed = 31;
constexpr int kGreen = 32;
constexpr int kYellow = 33;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Standard error may be closed or full: a run does not end for want of being watched.
void say(const std::string& text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

/// Standard error, for people: a line at the start, one per epoch and test, and a few at the end stay; in between one
/// is redrawn on a terminal, or said every ten seconds elsewhere. Nothing is longer than the terminal is wide, but the
/// paths at the end.
class ConsoleSink final : public fthost::Sink {
 public:
  Role role() const override { return Role::writer; }

  ~ConsoleSink() override { wipe(); }  // data that are wrong end it all without a further event

  void run_opened(const fthost::RunOpened& event) override {
    style_ = event.console;
    style_.width = std::max(style_.width, kNarrowest);
    silent_ = style_.quiet;
    spoken_ = Clock::now() + kSaidFirst - kSaidAgain;
  }

  void run_started(const fthost::RunStarted& event) override {
    folder_ = event.folder;
    epochs_ = event.epochs;
    steps_ = event.steps;
    spoken_ = Clock::now();
    std::int64_t learning = 0;
    std::int64_t frozen = 0;
    const auto& tensors = event.topology->tensors;
    for (std::size_t i = 0; i < tensors.size(); ++i) (event.plan->learns[i] ? learning : frozen) += tensors[i].count();
    keep({event.name, event.device, std::to_string(event.threads) + (event.threads == 1 ? " thread" : " threads"),
          console::magnitude(learning) + " parameters learn, " + console::magnitude(frozen) + " frozen",
          "boundary " + fthost::boundary_name(*event.plan)});
    for (const auto& [set, counts] : event.data)
      keep(console::data_parts(set, counts, set == "train" ? event.labels : 0));
  }

  void cache_chosen(const fthost::CacheChosen& event) override {
    std::vector<std::string> parts = {"boundary " + std::string(event.boundary), "cache " + std::string(event.mode)};
    if (!event.reason.empty()) parts.emplace_back(event.reason);
    keep(parts);
  }

  void activity_advanced(const fthost::ActivityAdvanced& event) override {
    if (event.activity != activity_) {
      activity_ = event.activity;
      activity_started_ = Clock::now();
      done_at_start_ = event.done;
    }
    const bool over = event.total > 0 && event.done >= event.total;
    if (over) {
      if (activity_.starts_with("fill") && !evaluating_) measure_from_now();  // of the time left, it says nothing
      activity_.clear();
      wipe();
    } else if (Clock::now() - activity_started_ >= kWorthMention && due()) {
      const auto rate = static_cast<double>(event.done - done_at_start_) / seconds_since(activity_started_);
      pass(style_.live ? console::activity_line(event, rate, style_.width - 1, style_.color)
                       : console::activity_text(event, rate));
    }
  }

  void epoch_started(const fthost::EpochStarted& event) override {
    steps_of_epoch_ = event.steps;
    step_ = 0;
    measure_from_now();
  }

  void step_ended(const fthost::StepEnded& event) override {
    examples_ += event.examples;
    step_ = event.step_in_epoch;
    if (!due()) return;
    const auto training = training_at(event);
    pass(style_.live ? console::training_line(training, style_.width - 1, style_.color)
                     : console::training_text(training));
  }

  void metric_emitted(const fthost::MetricEmitted& event) override {
    figures_.set(event.name, event.epoch, event.value);
  }

  void evaluation_started(const fthost::EvaluationStarted&) override {
    evaluation_started_ = Clock::now();
    evaluating_ = true;
  }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics&) override {
    evaluating_ = false;
    if (event.within_epoch) evaluated_seconds_ += seconds_since(evaluation_started_);
    if (event.set == "dev" && !event.within_epoch) return;  // in the epoch's line
    const std::string set(event.set);
    std::vector<std::string> parts = {event.within_epoch ? "step " + std::to_string(event.step) + ", " + set : set};
    add_figure(parts, "loss", set + "_loss", event.epoch);
    add_figure(parts, "F1", set + "_f1", event.epoch);
    keep(parts);
  }

  void epoch_ended(const fthost::EpochEnded& event, fthost::Metrics&) override {
    std::vector<std::string> parts = {console::epoch_of(event.epoch, epochs_)};
    add_figure(parts, "train loss", "train_loss", event.epoch);
    add_figure(parts, "dev loss", "dev_loss", event.epoch);
    add_figure(parts, "dev F1", "dev_f1", event.epoch);
    if (const auto seconds = figures_.at("seconds", event.epoch)) parts.push_back(console::duration(*seconds));
    keep(parts);
  }

  void run_ended(const fthost::RunEnded& event) override {
    const bool finished = event.state == fthost::RunEnded::State::finished;
    std::vector<std::string> parts = {std::string(fthost::state_name(event.state)) + (finished ? " in " : " after ") +
                                      console::duration(event.seconds)};
    if (const auto last = figures_.latest("dev_f1")) {
      const auto best = best_f1();
      parts.push_back(console::figure("dev F1", *last));
      parts.push_back(console::figure("best", best->second) + " in epoch " + std::to_string(best->first));
    }
    if (const auto test = figures_.latest("test_f1")) parts.push_back(console::figure("test F1", *test));
    keep(parts, finished ? kGreen : event.state == fthost::RunEnded::State::failed ? kRed : kYellow);
    if (event.cache != nullptr && event.cache->mode != "off") keep(cache_parts(*event.cache));
    if (event.cost != nullptr) keep(cost_parts(*event.cost));
    if (silent_) return;
    say("run folder  " + folder_.string() + "\n");
    if (!event.model.empty()) say("model       " + event.model.string() + "\n");
  }

 private:
  static std::vector<std::string> cache_parts(const fthost::CacheUse& use) {
    std::vector<std::string> parts = {"cache " + use.mode, std::to_string(use.hits) + " hits",
                                      std::to_string(use.misses) + " misses",
                                      console::magnitude(use.bytes_read) + "B read"};
    if (use.bytes_on_device > 0) parts.push_back(console::magnitude(use.bytes_on_device) + "B on the device");
    parts.push_back((use.seconds_saved >= 0 ? "saved " : "cost ") + console::duration(std::abs(use.seconds_saved)));
    return parts;
  }

  static std::vector<std::string> cost_parts(const fthost::CostComparison& cost) {
    return {
        "predicted " + console::duration(cost.predicted_epoch_seconds) + " an epoch, " +
            console::duration(cost.predicted_seconds) + " in all",
        "took " + console::duration(cost.measured_epoch_seconds) + " and " + console::duration(cost.measured_seconds)};
  }

  /// Rate and time left go by the steps from now on.
  void measure_from_now() {
    measured_from_ = Clock::now();
    evaluated_seconds_ = 0;
    examples_ = 0;
    steps_before_ = step_;
  }

  /// Is it time for a line about what goes on?
  bool due() const {
    const auto now = Clock::now();
    return !silent_ && now - spoken_ >= (style_.live ? kRedrawn : kSaidAgain);
  }

  /// A line that the next one replaces, where that can be.
  void pass(const std::string& line) {
    say(style_.live ? "\r" + line + "\x1b[K" : line + "\n");
    drawn_ = style_.live;
    spoken_ = Clock::now();
  }

  void wipe() {
    if (drawn_) say("\r\x1b[K");
    drawn_ = false;
  }

  /// A line that stays; its first part in a colour, 0 for none.
  void keep(const std::vector<std::string>& parts, int sgr = 0) {
    if (silent_) return;
    wipe();
    auto text = console::wrapped(parts, style_.width);
    if (sgr != 0 && text.starts_with(parts.front()))
      text = console::painted(parts.front(), sgr, style_.color) + text.substr(parts.front().size());
    say(text);
    spoken_ = Clock::now();
  }

  void add_figure(std::vector<std::string>& parts, std::string_view shown, const std::string& name, int epoch) const {
    if (const auto value = figures_.at(name, epoch)) parts.push_back(console::figure(shown, *value));
  }

  /// Epoch and value of the best dev F1 so far, the earliest of equals; only where there is one.
  std::map<int, double>::const_iterator best_f1() const {
    const auto& history = figures_.history("dev_f1");
    return std::max_element(history.begin(), history.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; });
  }

  console::Training training_at(const fthost::StepEnded& event) const {
    console::Training training;
    training.epoch = event.epoch;
    training.epochs = epochs_;
    training.step = event.step_in_epoch;
    training.steps = steps_of_epoch_;
    training.loss = event.loss;
    const double seconds = seconds_since(measured_from_) - evaluated_seconds_;
    training.examples_per_second = seconds > 0 ? static_cast<double>(examples_) / seconds : 0;
    const auto steps_left = steps_ - event.step;
    training.seconds_left = seconds / static_cast<double>(step_ - steps_before_) * static_cast<double>(steps_left) +
                            figures_.latest("eval_seconds").value_or(0) * (epochs_ - event.epoch + 1);
    training.last_f1 = figures_.latest("dev_f1");
    if (training.last_f1) training.best_f1 = best_f1()->second;
    return training;
  }

  fthost::ConsoleStyle style_;
  bool silent_ = true;  ///< Until the run is opened nobody has said how to speak.
  std::filesystem::path folder_;
  int epochs_ = 0;
  std::int64_t steps_ = 0;  ///< Over all epochs.
  std::int64_t steps_of_epoch_ = 0;
  fthost::MetricTable figures_;

  Clock::time_point measured_from_;  ///< The epoch's start, or the end of the filling that came within it.
  Clock::time_point evaluation_started_;
  bool evaluating_ = false;
  double evaluated_seconds_ = 0;   ///< Spent on evaluations within this epoch, since measured_from_.
  std::int64_t examples_ = 0;      ///< Since then.
  std::int64_t step_ = 0;          ///< Of this epoch, the last one that ended.
  std::int64_t steps_before_ = 0;  ///< Those of this epoch that ended before measured_from_.
  std::string activity_;           ///< The one that goes on; empty: none.
  Clock::time_point activity_started_;
  std::int64_t done_at_start_ = 0;  ///< Of the activity, when it was first heard of.
  Clock::time_point spoken_;        ///< When the last line was written or drawn.
  bool drawn_ = false;              ///< A line without end stands on the terminal.
};

}  // namespace

FTHOST_PLUGIN(fthost::component<ConsoleSink>("console", "Progress and figures on standard error."))
