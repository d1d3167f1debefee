// fthost plan: what a pipeline would do, and what it takes.

#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/engine/engine.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost plan PIPELINE.toml [--set KEY=VALUE]… [--json]",
    "Says what learns and what is frozen, stage by stage, where the boundary lies, and what the weights, gradients,\n"
    "optimizer and activations take in memory. Trains nothing and loads no weights.",
    "  fthost plan my.toml\n  fthost plan my.toml --set freezing.layers=1\n"};

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

void print_text(const PlanReport& report) {
  const auto sums = stage_sums(report);
  for (std::size_t stage = 0; stage < sums.size(); ++stage) {
    if (static_cast<int>(stage) == report.plan.first_stage)
      std::cout << "------------ boundary " << boundary_name(report.plan) << '\n';
    std::cout << std::left << std::setw(12) << report.topology.stages[stage].name << std::right << std::setw(14)
              << count_text(sums[stage].parameters) << "  "
              << role(sums[stage], static_cast<int>(stage) < report.plan.first_stage) << '\n';
  }
  std::cout << "\nlearning    " << std::setw(14) << count_text(report.learning_parameters) << "  parameters\n"
            << "frozen      " << std::setw(14) << count_text(report.frozen_parameters) << "  parameters\n\n"
            << "weights     " << std::setw(14) << bytes_text(report.weight_bytes) << '\n'
            << "gradients   " << std::setw(14) << bytes_text(report.gradient_bytes) << '\n'
            << "optimizer   " << std::setw(14) << bytes_text(report.optimizer_bytes) << '\n'
            << "activations " << std::setw(14) << bytes_text(report.activation_bytes)
            << "  at most, for a batch of full length\n\n"
            << "device " << report.device << ", " << report.threads << " threads\n";
}

nlohmann::ordered_json to_json(const PlanReport& report) {
  nlohmann::ordered_json json;
  json["boundary"] = boundary_name(report.plan);
  json["learning_parameters"] = report.learning_parameters;
  json["frozen_parameters"] = report.frozen_parameters;
  json["memory_bytes"] = {{"weights", report.weight_bytes},
                          {"gradients", report.gradient_bytes},
                          {"optimizer", report.optimizer_bytes},
                          {"activations", report.activation_bytes}};
  json["device"] = report.device;
  json["threads"] = report.threads;
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

}  // namespace

int plan_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  options.add_options()("json", boost::program_options::bool_switch(), "print the plan as JSON, tensor by tensor");
  const Arguments arguments(kHelp, options, {"pipeline"}, words);
  if (arguments.help_shown()) return kDone;
  FoundPlugins plugins;
  const Pipeline pipeline = load_pipeline(arguments, plugins);
  const auto report = open_engine()->plan(pipeline, {.plugins = &plugins, .files = &disk()});
  arguments.flag("json") ? print_json(to_json(report)) : print_text(report);
  return kDone;
}

}  // namespace fthost
