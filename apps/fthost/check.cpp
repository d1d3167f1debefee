// fthost check: every error at once, without touching a model, a tensor or a data file.

#include <fthost/error.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/fthost/check_data.h"
#include "apps/fthost/command.h"
#include "apps/fthost/session.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost check PIPELINE.toml [--data] [--set KEY=VALUE]… [--json]  |  fthost check LIBRARY.so [--json]",
    "Reports every error of a pipeline file in one go, against the options that the plugins declare: no model, tensor\n"
    "or data file is touched. Of a study it checks and lists all points, with --data the data of the first (or of the "
    "one\n"
    "that --point names). Of a plugin library it says whether this fthost would load it, and what it holds.\n"
    "\n"
    "With --data it reads the data too, and the model's tokenizer: it counts sentences, words and tokens, and shows "
    "by\n"
    "file and line (the first 20 of each kind, and how many there are) entities that begin with I-, labels that the\n"
    "training set lacks, sentences longer than data.max_length, words with [UNK], and sentences that stand in two "
    "sets.\n"
    "Those are warnings. What training would refuse is an error: a sentence without labels, a training set whose tags\n"
    "break their scheme, a label that is not among those that [head] lists. Exit status 2.",
    "  fthost check my.toml\n  fthost check my.toml --set freezing.layers=6\n  fthost check my.toml --data\n"
    "  fthost check build/my-strategy.so\n"};

/// Errors as an object's field; whoever wants more in it adds to it.
nlohmann::ordered_json errors_json(const std::vector<Message>& messages) {
  nlohmann::ordered_json json{{"errors", nlohmann::ordered_json::array()}};
  for (const auto& message : messages) json["errors"].push_back(to_json(message));
  return json;
}

/// What is wrong with a library; empty when it can be used.
std::vector<Message> library_errors(const std::string& file, const PluginRegistry& registry) {
  std::vector<Message> errors;
  for (const auto& refused : registry.refused())
    errors.push_back({.place = {refused.library.string(), 0, 0}, .text = "cannot use it: " + refused.reason});
  if (!errors.empty() || !registry.components().empty()) return errors;
  const bool there = std::filesystem::exists(file);
  return {{.place = {file, 0, 0}, .text = there ? "there is no component in it" : "there is no such library"}};
}

int check_library(const Arguments& arguments, const std::string& file) {
  if (arguments.has("set") || arguments.flag("data"))
    throw InputError(Message{.place = {"fthost", 0, 0},
                             .text = (arguments.has("set") ? "--set" : "--data") +
                                     std::string(" is for pipelines, and ") + file + " is a plugin library",
                             .notes = {"usage: " + std::string(kHelp.usage)}});
  PluginRegistry registry(host_fingerprint());
  registry.scan(file);
  const auto errors = library_errors(file, registry);
  if (arguments.flag("json")) {
    auto json = errors_json(errors);
    json["components"] = nlohmann::ordered_json::array();
    for (const auto& component : registry.components())
      json["components"].push_back({{"kind", kind_name(component.description.kind)},
                                    {"name", component.description.name},
                                    {"summary", component.description.summary}});
    print_json(json);
    return errors.empty() ? kDone : kInputIsWrong;
  }
  if (!errors.empty()) throw InputError(errors);
  for (const auto& component : registry.components())
    std::cout << kind_name(component.description.kind) << ' ' << component.description.name << ": "
              << component.description.summary << '\n';
  return kDone;
}

void print_points(const Study& study) {
  std::cout << "a study of " << study.points.size() << (study.points.size() == 1 ? " point:\n" : " points:\n");
  for (const auto& point : study.points) {
    std::cout << "  " << point.name;
    for (const auto& [option, value] : point.varied) std::cout << "  " << option << " = " << value;
    std::cout << '\n';
  }
}

int check_pipeline(const Arguments& arguments) {
  std::vector<Message> errors;
  std::optional<DataReport> report;
  try {
    FoundPlugins plugins;
    const auto study = load_study(arguments, plugins);
    const Pipeline pipeline = study ? study->points.front().pipeline : load_pipeline(arguments, plugins);
    if (!arguments.flag("json")) std::cerr << pipeline.file.string() << ": no errors\n";
    if (study && !arguments.flag("json")) print_points(*study);
    if (arguments.flag("data")) report = check_pipeline_data(pipeline, plugins);
  } catch (const InputError& error) {
    if (!arguments.flag("json")) throw;
    errors = error.messages();
  }
  if (arguments.flag("json")) {
    auto json = errors_json(errors);
    if (report) add_report(json, *report);
    print_json(json);
  } else if (report) {
    print_report(*report);
  }
  return errors.empty() && !(report && report->has_errors()) ? kDone : kInputIsWrong;
}

}  // namespace

int check_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  options.add_options()("data", boost::program_options::bool_switch(), "read and check a pipeline's data too")(
      "json", boost::program_options::bool_switch(), "print the errors (and a library's components) as JSON");
  const Arguments arguments(kHelp, options, {"pipeline"}, words);
  if (arguments.help_shown()) return kDone;
  const auto file = arguments.required("pipeline");
  return file.ends_with(".so") ? check_library(arguments, file) : check_pipeline(arguments);
}

}  // namespace fthost
