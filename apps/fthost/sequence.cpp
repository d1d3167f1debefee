// fthost SEQUENCE.toml: all tasks of a sequence.

#include "apps/fthost/sequence.h"

#include <fthost/error.h>
#include <fthost/utc.h>

#include <chrono>
#include <iostream>
#include <system_error>

#include "apps/fthost/child.h"
#include "apps/fthost/command.h"
#include "apps/fthost/parts_run.h"
#include "apps/fthost/run_state.h"
#include "core/report/sequence_record.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

class SequenceRun : PartsRun {
 public:
  SequenceRun(const Arguments& arguments, std::string text, Sequence sequence, FoundPlugins& plugins)
      : PartsRun(arguments, plugins, "sequence", std::move(text)), sequence_(std::move(sequence)) {}

  int run() {
    find_finished();
    tell_finished();
    read_record();
    if (record_.rows.size() < tasks()) go_on();
    tell_result();
    return status();
  }

 private:
  std::size_t tasks() const { return sequence_.tasks.size(); }
  bool stopped() const { return stop_signal() != 0; }

  void go_on() {
    engine_ = open_engine();
    if (finished_ < tasks()) check_plans();
    require_models();
    while (record_.rows.size() < tasks() && !stopped()) {
      const auto task = record_.rows.size();
      if (task == finished_ && !run_task(task)) break;
      measure(task);
    }
  }

  std::string task_text(std::size_t task) const {
    return "task " + std::to_string(task + 1) + " of " + std::to_string(tasks()) + ", " + sequence_.tasks[task].name;
  }

  /// Those at the beginning; throws all that is wrong with them. One that started from another model than the one
  /// before it has left by now is none.
  void find_finished() {
    std::vector<Message> errors;
    bool goes_on = true;
    while (goes_on && finished_ < tasks()) {
      try {
        goes_on = state_of(finished_) == RunState::finished;
      } catch (const InputError& error) {
        errors.insert(errors.end(), error.messages().begin(), error.messages().end());
      }
      if (goes_on) ++finished_;
    }
    if (!errors.empty()) throw InputError(std::move(errors));
  }

  RunState state_of(std::size_t task) {
    const auto& each = sequence_.tasks[task];
    return states_.of(each.run_folder(), each.pipeline.resolved, task == 0 ? ModelFrom::user : ModelFrom::a_part);
  }

  void tell_finished() const {
    say("sequence " + sequence_.name + ": " + std::to_string(tasks()) + " tasks, " + std::to_string(finished_) +
        " finished before, " + std::to_string(tasks() - finished_) + " to run, in " + sequence_.folder.string());
  }

  /// What was measured before, as far as it is of the runs that are there.
  void read_record() {
    record_ = report::read_sequence_of(sequence_.folder).value_or(report::SequenceRecord());
    std::size_t valid = 0;
    while (valid < finished_ && valid < record_.rows.size() &&
           record_.rows[valid].task == sequence_.tasks[valid].name &&
           record_.rows[valid].measured >= end_of(sequence_.tasks[valid].run_folder()))
      ++valid;
    record_.rows.resize(valid);
    record_.name = sequence_.name;
    record_.start = sequence_.start.string();
    record_.tasks.clear();
    for (const auto& task : sequence_.tasks) record_.tasks.push_back(task.name);
  }

  /// Each task's head is evaluated again after those that follow, and the next one starts from the last one's encoder.
  void require_models() const {
    std::vector<Message> errors;
    for (std::size_t task = 0; task < finished_; ++task) {
      const auto folder = sequence_.tasks[task].model_folder();
      std::error_code ignored;
      if (!fs::exists(folder, ignored))
        errors.push_back(
            {.place = {folder.string(), 0, 0},
             .text = "the model that the finished task '" + sequence_.tasks[task].name + "' left is not there any more",
             .notes = {"remove " + sequence_.tasks[task].run_folder().string() +
                       ": the same command then runs that task and those after it again"}});
    }
    if (!errors.empty()) throw InputError(std::move(errors));
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
    // The other tasks were read from the file as it was.
    file_changed_ = file_has_changed();
    if (file_changed_) return false;
    const auto state = state_of(index);
    if (state == RunState::running)
      throw InputError(task.run_folder(), "another process runs this task",
                       {"wait for its end, or end it; then the same command goes on where it was"});
    if (state != RunState::open) {
      const auto kept = set_aside(disk(), sequence_.folder, task.pipeline.run.name);
      say(task_text(index) + ": what an earlier try left is kept in " + kept.string());
    }
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
    if (file_changed_) {
      std::cerr << changed_file_text("tasks");
      return;
    }
    if (status_ != kDone && !stopped())
      std::cerr << "error: " << task_text(finished_) << " has failed with exit status " << status_ << '\n';
    say(record_.rows.size() == tasks()
            ? "all of it is finished; `fthost report " + sequence_.folder.string() + "` shows it"
            : "the same command goes on at the first task that is not finished");
  }

  int status() const {
    if (const int signal = stop_signal(); signal != 0) return 128 + signal;
    if (file_changed_) return kInputIsWrong;
    return status_ == kDone || status_ == kInputIsWrong ? status_ : kFailed;
  }

  Sequence sequence_;
  RunStates states_{"task", "sequence"};
  std::shared_ptr<Engine> engine_;
  std::size_t finished_ = 0;       ///< Tasks, from the first on.
  report::SequenceRecord record_;  ///< A row for each of them that was measured.
  int status_ = kDone;             ///< Of the last task that ran.
  bool file_changed_ = false;      ///< Since the tasks were read.
};

}  // namespace

int run_sequence(const Arguments& arguments, std::string text, Sequence sequence, FoundPlugins& plugins) {
  return SequenceRun(arguments, std::move(text), std::move(sequence), plugins).run();
}

}  // namespace fthost
