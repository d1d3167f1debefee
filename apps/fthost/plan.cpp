// fthost plan: what a pipeline would do, and what it takes.

#include <fthost/error.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/engine/engine.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost plan PIPELINE.toml [--set KEY=VALUE]… [--measure new|always|never] [--json]",
    "Says what learns and what is frozen, stage by stage, where the boundary lies, what it takes in memory, and how "
    "long\n"
    "it will take: for this plan, and beside it for each number of learning layers. Trains nothing. The seconds come "
    "from\n"
    "some steps that are measured here, once for a model and kept in the cache's folder; they hold for a machine as "
    "busy\n"
    "as it was then. \"always\" measures again, \"never\" leaves the seconds out and loads no weights. Of a study or "
    "a\n"
    "sequence it has a line for each point or task.",
    "  fthost plan my.toml\n  fthost plan my.toml --set freezing.layers=1 --measure always\n"};

struct StageSum {
  std::int64_t parameters = 0;
  std::int64_t learning = 0;
};

std::vector<StageSum> stage_sums(const PlanReport& report) {
  std::vector<StageSum> sums(report.topology.stages.size());
  for (std::size_t i = 0; i < report.topology.tensors.size(); ++i) {
    const auto& tensor = report.topology.tensors[i];
    auto& sum = sums[static_cast<std::size_t>(tensor.stage)];
    sum.parameters += tensor.count();
    if (report.plan.learns[i]) sum.learning += tensor.count();
  }
  return sums;
}

std::string_view role(const StageSum& sum, bool in_prefix) {
  if (in_prefix) return "frozen, no gradients";
  if (sum.learning == 0) return "frozen, gradients pass";
  return sum.learning == sum.parameters ? "learns" : "learns in part";
}

void print_row(const CostPrediction& row, const std::string& name) {
  std::cout << std::left << std::setw(16) << name << std::right << std::setw(12) << count_text(row.learning_parameters)
            << std::setw(14) << seconds_text(row.epoch_seconds) << std::setw(16) << seconds_text(row.uncached_seconds)
            << std::setw(14) << seconds_text(row.fill_seconds) << std::setw(15) << seconds_text(row.total_seconds)
            << std::setw(12) << (row.cache_bytes > 0 ? bytes_text(row.cache_bytes) : "-") << std::setw(12)
            << bytes_text(row.peak_bytes) << '\n';
}

void print_seconds(const PlanReport& report) {
  std::cout
      << "\npredicted from steps measured " << (report.measured_now ? "now" : "earlier") << ", " << report.epochs
      << (report.epochs == 1 ? " epoch\n\n" : " epochs\n\n")
      << "learns            parameters      an epoch   without cache    fill once         in all       cache      "
         "memory\n";
  print_row(*report.predicted, "this plan");
  std::cout << '\n';
  for (const auto& row : report.alternatives) print_row(row, row.name);
}

nlohmann::ordered_json seconds_json(const CostPrediction& row) {
  nlohmann::ordered_json json;
  if (!row.name.empty()) json["learns"] = row.name;
  json["boundary"] = row.boundary;
  json["learning_parameters"] = row.learning_parameters;
  json["epoch_seconds"] = row.epoch_seconds;
  json["uncached_seconds"] = row.uncached_seconds;
  json["evaluation_seconds"] = row.evaluation_seconds;
  json["fill_seconds"] = row.fill_seconds;
  json["total_seconds"] = row.total_seconds;
  json["cache_bytes"] = row.cache_bytes;
  json["peak_bytes"] = row.peak_bytes;
  return json;
}

Measure measure_from(const std::string& text) {
  if (text == "new") return Measure::if_new;
  if (text == "always") return Measure::always;
  if (text == "never") return Measure::never;
  throw InputError("fthost", "--measure is 'new', 'always' or 'never', not '" + text + "'");
}

void print_text(const PlanReport& report) {
  const auto sums = stage_sums(report);
  for (std::size_t stage = 0; stage < sums.size(); ++stage) {
    if (static_cast<int>(stage) == report.plan.first_stage)
      std::cout << "------------ boundary " << boundary_name(report.plan) << '\n';
    std::cout << std::left << std::setw(12) << report.topology.stages[stage].name << std::right << std::setw(14)
              << count_text(sums[stage].parameters) << "  "
              << role(sums[stage], static_cast<int>(stage) < report.plan.first_stage) << '\n';
  }
  std::cout << "\nlearning    " << std::setw(14) << count_text(report.memory.learning_parameters) << "  parameters\n"
            << "frozen      " << std::setw(14) << count_text(report.memory.frozen_parameters) << "  parameters\n\n"
            << "weights     " << std::setw(14) << bytes_text(report.memory.weight_bytes) << '\n'
            << "gradients   " << std::setw(14) << bytes_text(report.memory.gradient_bytes) << '\n'
            << "optimizer   " << std::setw(14) << bytes_text(report.memory.optimizer_bytes) << '\n'
            << "activations " << std::setw(14) << bytes_text(report.memory.activation_bytes)
            << (report.predicted ? "  of the largest batch\n" : "  at most, for a batch of full length\n")
            << "computing   " << std::setw(14) << bytes_text(report.memory.passing_bytes) << "  a layer at a time\n"
            << "filling     " << std::setw(14) << bytes_text(report.memory.filling_bytes)
            << "  the cache, before that\n"
            << "cache       " << std::setw(14) << bytes_text(report.memory.cache_bytes) << "  read from it\n"
            << "at peak     " << std::setw(14) << bytes_text(report.memory.peak_bytes())
            << "  beyond what opening LibTorch takes\n\n"
            << "device " << report.device << ", " << report.threads << " threads\n";
  if (report.predicted) print_seconds(report);
}

nlohmann::ordered_json to_json(const PlanReport& report) {
  nlohmann::ordered_json json;
  json["boundary"] = boundary_name(report.plan);
  json["learning_parameters"] = report.memory.learning_parameters;
  json["frozen_parameters"] = report.memory.frozen_parameters;
  json["memory_bytes"] = {{"weights", report.memory.weight_bytes},      {"gradients", report.memory.gradient_bytes},
                          {"optimizer", report.memory.optimizer_bytes}, {"activations", report.memory.activation_bytes},
                          {"computing", report.memory.passing_bytes},   {"filling", report.memory.filling_bytes},
                          {"cache", report.memory.cache_bytes},         {"peak", report.memory.peak_bytes()}};
  json["device"] = report.device;
  json["threads"] = report.threads;
  if (report.predicted) {
    json["predicted"] = seconds_json(*report.predicted);
    json["alternatives"] = nlohmann::ordered_json::array();
    for (const auto& row : report.alternatives) json["alternatives"].push_back(seconds_json(row));
  }
  json["tensors"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < report.topology.tensors.size(); ++i) {
    const auto& tensor = report.topology.tensors[i];
    json["tensors"].push_back({{"name", tensor.name},
                               {"shape", tensor.shape},
                               {"stage", report.topology.stages[static_cast<std::size_t>(tensor.stage)].name},
                               {"learns", static_cast<bool>(report.plan.learns[i])}});
  }
  return json;
}

/// A pipeline of a study or a sequence, under its name there.
using NamedPipelines = std::vector<std::pair<std::string, Pipeline>>;
using NamedPlans = std::vector<std::pair<std::string, PlanReport>>;

/// Throws all that is wrong with any of them in one InputError. What is measured for one serves the others.
NamedPlans plan_all(const NamedPipelines& pipelines, FoundPlugins& plugins, Measure measure) {
  const auto engine = open_engine();
  NamedPlans plans;
  std::vector<Message> errors;
  for (const auto& [name, pipeline] : pipelines) {
    try {
      plans.emplace_back(name, engine->plan(pipeline, {.plugins = &plugins, .files = &disk()}, measure));
    } catch (const InputError& error) {
      errors.insert(errors.end(), error.messages().begin(), error.messages().end());
    }
    if (measure == Measure::always) measure = Measure::if_new;
  }
  if (!errors.empty()) throw InputError(std::move(errors));
  return plans;
}

NamedPipelines pipelines_of(const Study& study) {
  NamedPipelines pipelines;
  for (const auto& point : study.points) pipelines.emplace_back(point.name, point.pipeline);
  return pipelines;
}

/// All from the start: what a task leaves is of the same shape.
NamedPipelines pipelines_of(const Sequence& sequence) {
  NamedPipelines pipelines;
  for (const auto& task : sequence.tasks) pipelines.emplace_back(task.name, with_model(task.pipeline, sequence.start));
  return pipelines;
}

/// `part`: what one of them is called. `what_counts`: a remark on the sum of seconds.
void print_all(const NamedPlans& plans, const std::string& part, const std::string& what_counts, bool as_json) {
  if (as_json) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& [name, report] : plans) {
      json.push_back({{part, name}});
      json.back().update(to_json(report));
    }
    return print_json(json);
  }
  std::size_t width = 5;
  double seconds = 0;
  for (const auto& [name, report] : plans) width = std::max(width, name.size());
  const auto row = [&](const std::string& name, const auto&... cells) {
    std::cout << std::left << std::setw(static_cast<int>(width)) << name << std::right;
    ((std::cout << std::setw(14) << cells), ...);
    std::cout << '\n';
  };
  row(part, "boundary", "parameters", "memory", "an epoch", "in all");
  for (const auto& [name, report] : plans) {
    const auto& cost = report.predicted;
    if (cost) seconds += cost->total_seconds;
    row(name, boundary_name(report.plan), count_text(report.memory.learning_parameters),
        bytes_text(report.memory.peak_bytes()), cost ? seconds_text(cost->epoch_seconds) : "-",
        cost ? seconds_text(cost->total_seconds) : "-");
  }
  if (seconds > 0) std::cout << "\nall " << part << "s: " << seconds_text(seconds) << what_counts << '\n';
}

}  // namespace

int plan_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  options.add_options()("json", boost::program_options::bool_switch(), "print the plan as JSON, tensor by tensor")(
      "measure", boost::program_options::value<std::string>()->default_value("new"), "new, always or never");
  const Arguments arguments(kHelp, options, {"pipeline"}, words);
  if (arguments.help_shown()) return kDone;
  FoundPlugins plugins;
  const auto measure = measure_from(arguments.text("measure"));
  const bool as_json = arguments.flag("json");
  if (const auto study = load_study(arguments, plugins)) {
    print_all(plan_all(pipelines_of(*study), plugins, measure), "point",
              ", each with the filling of its cache; a study fills it once for all", as_json);
    return kDone;
  }
  if (const auto sequence = load_sequence(arguments, plugins)) {
    print_all(plan_all(pipelines_of(*sequence), plugins, measure), "task",
              "; evaluating earlier tasks again comes on top", as_json);
    return kDone;
  }
  const Pipeline pipeline = load_pipeline(arguments, plugins, TaskModel::start);
  const auto report = open_engine()->plan(pipeline, {.plugins = &plugins, .files = &disk()}, measure);
  as_json ? print_json(to_json(report)) : print_text(report);
  return kDone;
}

}  // namespace fthost
