// fthost SEQUENCE.toml: all tasks of a sequence.

#include "apps/fthost/sequence.h"

#include <fthost/error.h>
#include <fthost/utc.h>

#include <chrono>
#include <iostream>
#include <system_error>

#include "apps/fthost/child.h"
#include "apps/fthost/command.h"
#include "apps/fthost/run_state.h"
#include "core/engine/engine.h"
#include "core/report/sequence_record.h"
#include "core/run/interrupt.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

class SequenceRun {
 public:
  SequenceRun(const Arguments& arguments, Sequence sequence, FoundPlugins& plugins)
      : arguments_(arguments), sequence_(std::move(sequence)), plugins_(plugins), console_(console_style(arguments)) {}

  int run() {
    find_finished();
    read_record();
    if (finished_ < tasks() || record_.rows.size() < tasks()) engine_ = open_engine();
    if (finished_ < tasks()) check_plans();
    while (record_.rows.size() < tasks() && !stopped()) {
      const auto task = record_.rows.size();
      if (task == finished_ && !run_task(task)) break;
      measure(task);
    }
    tell_result();
    return status();
  }

 private:
  void say(const std::string& text) const {
    if (!console_.quiet) std::cerr << text << '\n';
  }

  std::size_t tasks() const { return sequence_.tasks.size(); }
  bool stopped() const { return interrupts_.stop_signal().load() != 0; }

  std::string task_text(std::size_t task) const {
    return "task " + std::to_string(task + 1) + " of " + std::to_string(tasks()) + ", " + sequence_.tasks[task].name;
  }

  /// Those at the beginning. One that began before the task before it had ended did not start from what that one left.
  void find_finished() {
    for (std::string ended; finished_ < tasks(); ++finished_) {
      const auto& task = sequence_.tasks[finished_];
      const auto times = times_of(task.run_folder());
      if (times.started < ended) break;
      if (state_of(task.run_folder(), task.pipeline.resolved, "task", "sequence") != RunState::finished) break;
      ended = times.ended;
    }
    say("sequence " + sequence_.name + ": " + std::to_string(tasks()) + " tasks, " + std::to_string(finished_) +
        " finished before, " + std::to_string(tasks() - finished_) + " to run, in " + sequence_.folder.string());
  }

  /// What was measured before, as far as it is of the runs that are there.
  void read_record() {
    record_ = report::read_sequence_of(sequence_.folder).value_or(report::SequenceRecord());
    std::size_t valid = 0;
    while (valid < finished_ && valid < record_.rows.size() &&
           record_.rows[valid].task == sequence_.tasks[valid].name &&
           record_.rows[valid].measured >= times_of(sequence_.tasks[valid].run_folder()).ended)
      ++valid;
    record_.rows.resize(valid);
    record_.name = sequence_.name;
    record_.start = sequence_.start.string();
    record_.tasks.clear();
    for (const auto& task : sequence_.tasks) record_.tasks.push_back(task.name);
  }

  EngineRequest request() {
    return {.plugins = &plugins_, .files = &disk(), .console = console_, .stop_signal = &interrupts_.stop_signal()};
  }

  /// What only the model or the data can tell is told now. What a task leaves is of the start's shape.
  void check_plans() {
    std::vector<Message> errors;
    for (auto task = finished_; task < tasks(); ++task) {
      try {
        engine_->plan(with_model(sequence_.tasks[task].pipeline, sequence_.start), request(), Measure::never);
      } catch (const InputError& error) {
        errors.insert(errors.end(), error.messages().begin(), error.messages().end());
      }
    }
    if (!errors.empty()) throw InputError(std::move(errors));
  }

  /// False when it has not come to its end.
  bool run_task(std::size_t index) {
    const auto& task = sequence_.tasks[index];
    std::error_code ignored;
    if (fs::exists(task.run_folder(), ignored)) set_aside(disk(), sequence_.folder, task.pipeline.run.name);
    say(task_text(index));
    Child child(words_for_part(arguments_, console_, "--task", task.name, arguments_.list("set")));
    status_ = child.wait(interrupts_.stop_signal());
    if (status_ == kDone) ++finished_;
    return status_ == kDone;
  }

  /// Evaluates all tasks up to this one with the encoder that it has left, and says how far that has moved.
  void measure(std::size_t index) {
    say("after " + task_text(index) + ": evaluating it" + (index == 0 ? "" : " and those before it"));
    const auto& now = sequence_.tasks[index];
    report::SequenceRow row{now.name, "", {}, measure_drift(index)};
    for (std::size_t i = 0; i <= index && !stopped(); ++i) {
      const auto& task = sequence_.tasks[i];
      const auto scores =
          engine_->evaluate_head(with_model(task.pipeline, now.model_folder()), task.model_folder(), request());
      row.dev.push_back({task.name, scores.f1, scores.precision, scores.recall, scores.loss});
    }
    if (stopped()) return;
    row.measured = utc_text(std::chrono::system_clock::now());
    record_.rows.push_back(std::move(row));
    write_file(disk(), sequence_.folder / "matrix.csv", report::matrix_csv(record_));
    write_file(disk(), sequence_.folder / "sequence.json", report::sequence_json(record_));
  }

  std::vector<report::EncoderDrift> measure_drift(std::size_t index) {
    const auto now = with_model(sequence_.tasks[index].pipeline, sequence_.tasks[index].model_folder());
    const auto base = engine_->encoder_distance(now, sequence_.start, request());
    const auto iterative =
        index == 0 ? base : engine_->encoder_distance(now, sequence_.tasks[index - 1].model_folder(), request());
    std::vector<report::EncoderDrift> drift;
    StageDistance all_iterative{"all", 0, 0}, all_base = all_iterative;
    for (std::size_t stage = 0; stage < base.size(); ++stage) {
      drift.push_back({base[stage].stage, iterative[stage].mean(), base[stage].mean()});
      all_iterative.add(iterative[stage]);
      all_base.add(base[stage]);
    }
    drift.push_back({"all", all_iterative.mean(), all_base.mean()});
    return drift;
  }

  void tell_result() const {
    if (arguments_.flag("json")) std::cout << report::sequence_json(record_);
    if (!record_.rows.empty()) say("\n" + report::sequence_text(record_));
    if (status_ != kDone && !stopped())
      std::cerr << "error: " << task_text(finished_) << " has failed with exit status " << status_ << '\n';
    say(record_.rows.size() == tasks()
            ? "all of it is finished; `fthost report " + sequence_.folder.string() + "` shows it"
            : "the same command goes on at the first task that is not finished");
  }

  int status() const {
    if (const int signal = interrupts_.stop_signal().load(); signal != 0) return 128 + signal;
    return status_ == kDone || status_ == kInputIsWrong ? status_ : kFailed;
  }

  const Arguments& arguments_;
  Sequence sequence_;
  FoundPlugins& plugins_;
  ConsoleStyle console_;
  InterruptGuard interrupts_;
  std::shared_ptr<Engine> engine_;
  std::size_t finished_ = 0;       ///< Tasks, from the first on.
  report::SequenceRecord record_;  ///< A row for each of them that was measured.
  int status_ = kDone;             ///< Of the last task that ran.
};

}  // namespace

int run_sequence(const Arguments& arguments, Sequence sequence, FoundPlugins& plugins) {
  return SequenceRun(arguments, std::move(sequence), plugins).run();
}

}  // namespace fthost
