#include <fthost/sink.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "core/engine/commands.h"
#include "core/engine/data_sets.h"
#include "core/engine/device.h"
#include "core/engine/expectation.h"
#include "core/engine/memory.h"
#include "core/engine/network.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/prefix_cache.h"
#include "core/engine/saved_model.h"
#include "core/engine/training.h"
#include "core/plugins/model_config.h"
#include "core/run/event_bus.h"
#include "core/run/log.h"
#include "core/run/record.h"
#include "core/run/run_folder.h"
#include "core/run/run_lock.h"

namespace fthost {
namespace {

/// How many of the layers have a tensor that learns.
std::int64_t learning_layers(const Topology& topology, const Plan& plan) {
  std::vector<bool> learns(topology.stages.size());
  for (std::size_t i = 0; i < topology.tensors.size(); ++i)
    if (plan.learns[i]) learns[static_cast<std::size_t>(topology.tensors[i].stage)] = true;
  return std::count(learns.begin() + 1, learns.end() - 1, true);
}

/// One run from the pipeline to its folder. What can be wrong with the input is found before the folder is made.
class Run {
 public:
  Run(const Pipeline& pipeline, const EngineRequest& request)
      : pipeline_(pipeline),
        request_(request),
        device_(choose_device(pipeline)),
        threads_(use_threads(pipeline.run.threads)),
        network_(pipeline, *request.plugins) {
    add_sinks();
    events_.run_opened({request.console});
    data_ = read_data(pipeline, *request.plugins, events_);
    network_.learn_labels(data_.train.sentences);
    make_data_examples(pipeline, network_, data_, events_);
    network_.load(device_, pipeline.run.seed);
    settings_ = evaluation_settings(pipeline, network_, device_);
    cache_.emplace(pipeline, network_, *request.files, events_,
                   PrefixArithmetic{device_, settings_.compute, number_type(pipeline.cache.storage), threads_},
                   *request.stop_signal);
    training_.emplace(pipeline, network_, create_strategies(), data_, events_, *cache_, settings_,
                      *request.stop_signal);
    training_->make_first_plan();
  }

  RunResult run() {
    open_folder();
    try {
      start();
      const bool whole = training_->run();
      finish(whole);
    } catch (const InputError& error) {
      fail(error.what(), true);
    } catch (const std::exception& error) {
      fail(error.what(), false);
    }
    close_log();
    return std::move(result_);
  }

 private:
  template <class Interface>
  std::shared_ptr<Interface> create(const ComponentChoice& choice) {
    return call_plugin(pipeline_, choice, "being created",
                       [&] { return request_.plugins->create<Interface>(choice.component, choice.options); });
  }

  Strategies create_strategies() {
    return {create<Freezing>(pipeline_.freezing), create<Optimizer>(pipeline_.optimizer),
            create<Schedule>(pipeline_.schedule)};
  }

  void add_sinks() {
    for (const auto& choice : pipeline_.sinks)
      events_.add(create<Sink>(choice), choice.component.description.name, choice.component.library,
                  [this, &choice](const OptionError& error) { return wrong_option(pipeline_, choice, error); });
  }

  void open_folder() {
    auto& files = *request_.files;
    const auto& run = pipeline_.run;
    auto folder =
        run.is_part ? make_run_folder_named(files, run.output, run.name) : make_run_folder(files, run.output, run.name);
    name_ = std::move(folder.name);
    result_.folder = std::move(folder.path);
    open_log(files, result_.folder / "log.txt", request_.console.live);
    lock_.emplace(result_.folder);
  }

  void start() {
    log_data(data_);
    expected_ = expected_cost(pipeline_, network_, training_->plan(), data_, settings_, threads_);
    fill_record();
    write_file(*request_.files, result_.folder / "pipeline.toml", pipeline_.resolved);
    write_record(*request_.files, result_.folder, record_);
    const Topology topology = network_.topology();
    RunStarted event;
    event.name = name_;
    event.folder = result_.folder;
    event.files = request_.files;
    event.device = device_.str();
    event.precision = pipeline_.run.precision;
    event.threads = threads_;
    event.seed = pipeline_.run.seed;
    event.epochs = pipeline_.train.epochs;
    event.steps = training_->total_steps();
    event.data = counts_of(data_);
    event.labels = static_cast<std::int64_t>(network_.head().labels().size());
    event.topology = &topology;
    event.plan = &training_->plan();
    events_.run_started(event);
  }

  void fill_record() {
    record_.name = name_;
    record_.command_line = request_.command_line;
    record_.libtorch = libtorch_version();
    record_.device = device_.str();
    record_.precision = pipeline_.run.precision;
    record_.cpu_capability = cpu_capability();
    record_.threads = threads_;
    record_.seed = pipeline_.run.seed;
    record_plugins();
    record_files();
    record_.data = counts_of(data_);
    record_.labels = network_.head().labels();
    record_.boundary = boundary_name(training_->plan());
    record_.layers = network_.topology().layers();
    record_.learning_layers = learning_layers(network_.topology(), training_->plan());
    const auto sizes = estimate_memory(network_.topology(), training_->plan(), {});
    record_.learning_parameters = sizes.learning_parameters;
    record_.frozen_parameters = sizes.frozen_parameters;
  }

  void record_plugins() {
    const auto add = [&](const ComponentChoice& choice) {
      record_.plugins.push_back({choice.kind, choice.component.description.name, record_file(choice.component.library),
                                 choice.component.fingerprint});
    };
    for (const auto* choice : {&pipeline_.model, &pipeline_.head, &pipeline_.reader, &pipeline_.freezing,
                               &pipeline_.optimizer, &pipeline_.schedule})
      add(*choice);
    for (const auto& sink : pipeline_.sinks) add(sink);
  }

  /// Data files, and the model's in each folder that its options name.
  void record_files() {
    record_.data_files.push_back(record_file(pipeline_.data.train));
    if (pipeline_.data.dev.has_value()) record_.data_files.push_back(record_file(*pipeline_.data.dev));
    if (pipeline_.data.test.has_value()) record_.data_files.push_back(record_file(*pipeline_.data.test));
    for (const auto& option : pipeline_.model.component.description.options) {
      if (option.type != OptionType::path || !pipeline_.model.options.has(option.name)) continue;
      const auto path = pipeline_.model.options.path(option.name);
      if (!std::filesystem::is_directory(path)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(path))
        if (entry.is_regular_file() && belongs_to_model(entry.path()))
          record_.model_files.push_back(record_file(entry.path()));
    }
    std::sort(record_.model_files.begin(), record_.model_files.end(),
              [](const RecordedFile& a, const RecordedFile& b) { return a.path < b.path; });
  }

  /// `whole`: all epochs were trained. An interrupted run keeps its model too, but measures no test set.
  void finish(bool whole) {
    save_model(*request_.files, result_.folder / "model", network_, pipeline_);
    result_.model = result_.folder / "model";
    if (whole && data_.test.has_value()) training_->evaluate_set(*data_.test, "test", pipeline_.train.epochs, false);
    if (const auto& kept = training_->kept()) {
      record_.kept_epoch = kept->epoch;
      record_.kept_step = kept->step;
      record_.kept_metrics = kept->metrics;
    }
    end(whole ? RunEnded::State::finished : RunEnded::State::interrupted, "");
  }

  /// Keeps what there is. A sink that throws once more can't hide the first reason.
  void fail(const std::string& reason, bool input_is_wrong) {
    result_.input_is_wrong = input_is_wrong;
    log_error(reason);
    if (ended_) {
      // The sinks have heard the end; one of them failed over it.
      result_.state = record_.state.emplace(RunEnded::State::failed);
      result_.reason = record_.reason = reason;
    }
    try {
      if (ended_) return write_record(*request_.files, result_.folder, record_);
      end(RunEnded::State::failed, reason);
    } catch (const std::exception& error) {
      log_error(std::string("and while ending: ") + error.what());
    }
  }

  void end(RunEnded::State state, const std::string& reason) {
    result_.state = state;
    result_.reason = reason;
    result_.metrics = events_.metrics();
    record_.state = state;
    record_.reason = reason;
    record_.ended = std::chrono::system_clock::now();
    record_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    record_.metrics = events_.metrics();
    if (!cache_->use().mode.empty()) record_.cache = cache_->use();
    if (state == RunEnded::State::finished) record_.cost = compare_cost();
    ended_ = true;
    // The sinks hear the end even when the record can't be written; that failure is then the run's.
    std::exception_ptr unwritten;
    try {
      write_record(*request_.files, result_.folder, record_);
    } catch (const FileError&) {
      unwritten = std::current_exception();
    }
    const auto use = cache_->use();
    events_.run_ended({state, reason, nullptr, result_.model, use.mode.empty() ? nullptr : &use, record_.seconds,
                       record_.cost ? &*record_.cost : nullptr});
    if (unwritten) std::rethrow_exception(unwritten);
  }

  /// What was expected before the first step, beside what it came to. Of filling only what had to be computed counts.
  std::optional<CostComparison> compare_cost() const {
    auto seconds = training_->epoch_seconds();
    if (!expected_ || training_->plan_moved() || seconds.empty()) return std::nullopt;
    // The lower one of two: a run's first epoch also pays for memory that later ones find.
    const auto middle = seconds.begin() + (std::ssize(seconds) - 1) / 2;
    std::nth_element(seconds.begin(), middle, seconds.end());
    const auto use = cache_->use();
    const auto asked = static_cast<double>(use.reused + use.misses);
    const double there = asked > 0 ? static_cast<double>(use.reused) / asked : 0;
    return CostComparison{expected_->epoch_seconds, *middle, expected_->total_seconds - there * expected_->fill_seconds,
                          record_.seconds};
  }

  const Pipeline& pipeline_;
  const EngineRequest& request_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  at::Device device_;
  int threads_;
  Network network_;
  DataSets data_;
  EventBus events_;
  EvaluationSettings settings_;
  std::optional<PrefixCache> cache_;
  std::optional<Training> training_;
  std::optional<CostPrediction> expected_;
  RunRecord record_;
  std::optional<RunLock> lock_;
  bool ended_ = false;
  std::string name_;
  RunResult result_;
};

}  // namespace

RunResult run_pipeline(const Pipeline& pipeline, const EngineRequest& request) {
  return Run(pipeline, request).run();
}

}  // namespace fthost
