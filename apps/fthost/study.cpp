// fthost STUDY.toml: all points of a study.

#include "apps/fthost/study.h"

#include <fthost/error.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "apps/fthost/child.h"
#include "apps/fthost/command.h"
#include "apps/fthost/parts_run.h"
#include "apps/fthost/run_state.h"
#include "apps/fthost/study_state.h"
#include "core/report/run_files.h"

namespace fthost {
namespace {

using Clock = std::chrono::steady_clock;
using report::OptionTexts;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The options of a resolved pipeline without those of tables that say how it is trained, its name and its seed: what
/// is left decides what the prefix gives.
OptionTexts without_tables(const std::string& resolved, const std::set<std::string_view>& tables) {
  auto options = report::read_options(resolved, "pipeline.toml");
  std::erase_if(options, [&](const auto& option) {
    const std::string_view name = option.first;
    return tables.contains(name.substr(0, name.find('.'))) || name == "run.name" || name == "run.seed";
  });
  return options;
}

/// One point on its way.
struct Running {
  std::size_t point = 0;  ///< Index in the study.
  Clock::time_point started;
  std::unique_ptr<Child> child;
};

class StudyRun : PartsRun {
 public:
  StudyRun(const Arguments& arguments, std::string text, Study study, FoundPlugins& plugins)
      : PartsRun(arguments, plugins, "study", std::move(text)), study_(std::move(study)) {
    if (arguments.has("shard")) shard_ = shard_from(arguments.text("shard"));
  }

  int run() {
    find_points();
    tell_points();
    if (!open_.empty()) {
      engine_ = open_engine();
      divide_threads();
      check_plans();
      fill_caches();
      engine_.reset();
      run_points(std::exchange(open_, {}));
      run_points(std::exchange(busy_, {}));  // another process may have finished them, or given up
    }
    report();
    return status();
  }

 private:
  std::string point_text(std::size_t point) const {
    return "point " + std::to_string(point + 1) + " of " + std::to_string(study_.points.size()) + ", " +
           study_.points[point].name;
  }

  /// Which points are to run: those of the shard that are not finished. Throws all that is wrong with finished ones.
  void find_points() {
    std::vector<Message> errors;
    for (std::size_t i = 0; i < study_.points.size(); ++i) {
      if (!shard_.holds(i)) continue;
      try {
        (state_of(i) == RunState::finished ? finished_ : open_).push_back(i);
      } catch (const InputError& error) {
        errors.insert(errors.end(), error.messages().begin(), error.messages().end());
      }
    }
    if (!errors.empty()) throw InputError(std::move(errors));
  }

  RunState state_of(std::size_t point) {
    const auto& each = study_.points[point];
    return states_.of(study_.folder / each.name, each.pipeline.resolved);
  }

  void tell_points() const {
    say("study " + study_.name + ": " + std::to_string(study_.points.size()) + " points" +
        (arguments_.has("shard") ? ", of them in this shard " + std::to_string(open_.size() + finished_.size()) : "") +
        ", " + std::to_string(finished_.size()) + " finished before, " + std::to_string(open_.size()) + " to run, in " +
        study_.folder.string());
  }

  /// With several at a time each gets its part of the threads, in all that follows: rows of the cache depend on it.
  void divide_threads() {
    if (study_.jobs == 1) return;
    const int cores = engine_->devices().threads;
    for (auto& point : study_.points) {
      const int wanted = point.pipeline.run.threads > 0 ? point.pipeline.run.threads : cores;
      point.pipeline.run.threads = std::max(1, wanted / study_.jobs);
    }
  }

  /// Asks each different pipeline what it would learn: what only the model or the data can tell is told now.
  void check_plans() {
    std::vector<Message> errors;
    std::map<OptionTexts, std::optional<Plan>> plans;
    for (const auto point : open_) {
      const auto& pipeline = study_.points[point].pipeline;
      const auto key = without_tables(pipeline.resolved, {"optimizer", "schedule", "train", "sinks"});
      if (!plans.contains(key)) {
        try {
          plans[key] = engine_->plan(pipeline, request(), Measure::never).plan;
        } catch (const InputError& error) {
          plans[key] = std::nullopt;
          errors.insert(errors.end(), error.messages().begin(), error.messages().end());
        }
      }
      if (const auto& plan = plans[key]) plans_[point] = *plan;
    }
    if (!errors.empty()) throw InputError(std::move(errors));
  }

  static bool may_cache(const Pipeline& pipeline) {
    return pipeline.prefix_is_fixed() && pipeline.cache.mode != "off" && pipeline.cache.mode != "memory";
  }

  /// One pass over the model for all boundaries of points whose prefix is the same.
  void fill_caches() {
    std::map<OptionTexts, std::pair<std::size_t, std::vector<int>>> groups;
    for (const auto point : open_) {
      const auto& pipeline = study_.points[point].pipeline;
      const int first_stage = plans_.at(point).first_stage;
      if (first_stage == 0 || !may_cache(pipeline)) continue;
      const auto key = without_tables(pipeline.resolved, {"freezing", "optimizer", "schedule", "train", "sinks"});
      auto& group = groups.try_emplace(key, point, std::vector<int>{}).first->second;
      group.second.push_back(first_stage - 1);
    }
    for (const auto& [key, group] : groups) fill(study_.points[group.first].pipeline, group.second);
  }

  void fill(Pipeline pipeline, const std::vector<int>& boundaries) {
    pipeline.cache.mode = "disk";  // the points are other processes
    const auto started = Clock::now();
    for (const auto& filled : engine_->fill_cache(pipeline, boundaries, request()))
      say("cache, boundary " + std::to_string(filled.boundary) + ": " + count_text(filled.computed) +
          " examples computed in " + seconds_text(filled.seconds) + ", " + count_text(filled.there) + " were there" +
          (filled.whole ? "" : "; not all of it is kept"));
    add_fill_seconds(disk(), study_.folder, shard_, seconds_since(started));
  }

  void run_points(const std::vector<std::size_t>& points) {
    left_ = points.size();
    std::size_t next = 0;
    int forwarded = 0;
    while (next < points.size() || !running_.empty()) {
      const int signal = stop_signal();
      if (signal != 0 && forwarded == 0) {
        forwarded = signal;
        for (const auto& each : running_) each.child->signal(signal);
      }
      if (signal != 0 || file_changed_) next = points.size();
      while (next < points.size() && std::ssize(running_) < study_.jobs && may_start()) start(points[next++]);
      if (running_.empty()) continue;
      std::this_thread::sleep_for(Child::kLookEvery);
      collect();
    }
  }

  /// A point whose file has changed would be another point.
  bool may_start() {
    file_changed_ = file_has_changed();
    return !file_changed_;
  }

  /// Unless another process has been at it meanwhile.
  void start(std::size_t point) {
    const auto state = look_again(point);
    if (state == RunState::running) busy_.push_back(point);
    if (state == RunState::finished) finished_.push_back(point);
    if (state == RunState::unfinished)
      say(point_text(point) + ": what an earlier try left is kept in " +
          set_aside(disk(), study_.folder, study_.points[point].name).string());
    if (state != RunState::open && state != RunState::unfinished) {
      --left_;
      return;
    }
    say(point_text(point) + left_text());
    running_.push_back({point, Clock::now(), std::make_unique<Child>(words_for(study_.points[point]))});
  }

  /// None when it was finished with other options: then it has failed.
  std::optional<RunState> look_again(std::size_t point) {
    try {
      return state_of(point);
    } catch (const InputError& error) {
      std::cerr << error.what();
      failed_[point] = kInputIsWrong;
      return std::nullopt;
    }
  }

  std::vector<std::string> words_for(const StudyPoint& point) const {
    auto sets = arguments_.list("set");
    auto style = console_;
    if (study_.jobs > 1) {
      std::erase_if(sets, [](const std::string& set) { return parse_override(set).key == "run.threads"; });
      sets.push_back("run.threads=" + std::to_string(point.pipeline.run.threads));
      style.quiet = true;
    }
    return words_for_part(arguments_, style, "--point", point.name, sets);
  }

  /// "; about 3 min 20 s left", once a point has ended.
  std::string left_text() const {
    if (durations_.empty()) return "";
    double sum = 0;
    for (const double each : durations_) sum += each;
    const auto mean = sum / static_cast<double>(durations_.size());
    return "; about " + seconds_text(mean * static_cast<double>(left_) / study_.jobs) + " left";
  }

  void collect() {
    for (auto& each : running_) {
      if (!each.child->has_ended()) continue;
      const int status = each.child->status();
      each.child.reset();
      --left_;
      if (status == kDone) {
        finished_.push_back(each.point);
        durations_.push_back(seconds_since(each.started));
        say(point_text(each.point) + " has finished in " + seconds_text(durations_.back()));
      } else if (stop_signal() == 0) {
        take_failed(each.point, status);
      }
    }
    std::erase_if(running_, [](const Running& each) { return each.child == nullptr; });
  }

  /// Its folder may be that of another process, which was the first to have the data read.
  void take_failed(std::size_t point, int status) {
    const auto state = status == kInputIsWrong ? look_again(point) : RunState::unfinished;
    if (state == RunState::running || state == RunState::finished) {
      const bool goes_on = state == RunState::running;
      (goes_on ? busy_ : finished_).push_back(point);
      say(point_text(point) + (goes_on ? " is" : " was") + " run by another process");
      return;
    }
    failed_[point] = status;
    say(point_text(point) + " has failed with exit status " + std::to_string(status));
  }

  std::string state_text(std::size_t point) const {
    if (std::ranges::find(finished_, point) != finished_.end()) return "finished";
    if (!shard_.holds(point)) return "not in this shard";
    return failed_.contains(point) ? "failed" : "open";
  }

  void report() const {
    if (arguments_.flag("json")) {
      nlohmann::ordered_json json{{"study", study_.name}, {"folder", study_.folder.string()}};
      json["points"] = nlohmann::ordered_json::array();
      for (std::size_t i = 0; i < study_.points.size(); ++i)
        json["points"].push_back({{"name", study_.points[i].name}, {"state", state_text(i)}});
      print_json(json);
    }
    for (const auto& [point, status] : failed_)
      std::cerr << "error: " << point_text(point) << " has failed with exit status " << status << '\n';
    for (const auto point : busy_) std::cerr << "error: " << point_text(point) << " is run by another process\n";
    if (file_changed_)
      std::cerr << changed_file_text("points");
    else
      tell_how_to_go_on();
  }

  void tell_how_to_go_on() const {
    if (failed_.empty() && busy_.empty() && stop_signal() == 0)
      say((shard_.parts == 1 ? "all of it" : "this shard") +
          (" is finished; `fthost report " + study_.folder.string()) + "` shows it");
    else if (status() == kInputIsWrong)
      say("once that is mended, the same command goes on at the first point that is not finished");
    else
      say("the same command goes on at the first point that is not finished");
  }

  int status() const {
    if (const int signal = stop_signal(); signal != 0) return 128 + signal;
    if (!busy_.empty()) return kFailed;
    if (failed_.empty()) return file_changed_ ? kInputIsWrong : kDone;
    const bool mendable = std::ranges::all_of(failed_, [](const auto& each) { return each.second == kInputIsWrong; });
    return mendable ? kInputIsWrong : kFailed;
  }

  Study study_;
  RunStates states_{"point", "study"};
  std::shared_ptr<Engine> engine_;
  Shard shard_;
  std::vector<std::size_t> open_, finished_;  ///< Indices of points, of this shard.
  std::vector<std::size_t> busy_;             ///< Of those open: another process was at work on them.
  std::map<std::size_t, Plan> plans_;
  std::vector<Running> running_;
  std::size_t left_ = 0;               ///< Points that are to be run or are running.
  std::vector<double> durations_;      ///< Of points that this process has finished.
  std::map<std::size_t, int> failed_;  ///< With their exit status.
  bool file_changed_ = false;          ///< Since the points were read.
};

}  // namespace

int run_study(const Arguments& arguments, std::string text, Study study, FoundPlugins& plugins) {
  return StudyRun(arguments, std::move(text), std::move(study), plugins).run();
}

}  // namespace fthost
