// fthost check: every error at once, without touching a model, a tensor or a data file.

#include <fthost/error.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost check PIPELINE.toml [--set KEY=VALUE]…  |  fthost check LIBRARY.so",
    "Reports every error of a pipeline file in one go, against the options that the plugins declare: no model, tensor\n"
    "or data file is touched. Of a plugin library it says whether this fthost would load it, and what it holds.",
    "  fthost check my.toml\n  fthost check my.toml --set freezing.layers=6\n  fthost check build/my-strategy.so\n"};

nlohmann::ordered_json to_json(const Message& message) {
  return {{"file", message.place.file}, {"line", message.place.line}, {"column", message.place.column},
          {"text", message.text},       {"hint", message.hint},       {"notes", message.notes}};
}

int check_library(const std::string& file) {
  PluginRegistry registry(host_fingerprint());
  registry.scan(file);
  for (const auto& refused : registry.refused()) {
    std::cerr << "error: cannot use " << refused.library.string() << ": " << refused.reason << '\n';
    return kInputIsWrong;
  }
  for (const auto& component : registry.components())
    std::cout << kind_name(component.description.kind) << ' ' << component.description.name << ": "
              << component.description.summary << '\n';
  return kDone;
}

int check_pipeline(const Arguments& arguments) {
  nlohmann::ordered_json errors = nlohmann::ordered_json::array();
  try {
    FoundPlugins plugins;
    const Pipeline pipeline = load_pipeline(arguments, plugins);
    if (!arguments.flag("json")) std::cerr << pipeline.file.string() << ": no errors\n";
  } catch (const InputError& error) {
    if (!arguments.flag("json")) throw;
    for (const auto& message : error.messages()) errors.push_back(to_json(message));
  }
  if (arguments.flag("json")) std::cout << nlohmann::ordered_json{{"errors", errors}}.dump(2) << '\n';
  return errors.empty() ? kDone : kInputIsWrong;
}

}  // namespace

int check_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  options.add_options()("json", boost::program_options::bool_switch(), "print the errors as JSON on standard output");
  const Arguments arguments(kHelp, options, {"pipeline"}, words);
  if (arguments.help_shown()) return kDone;
  const auto file = arguments.required("pipeline");
  return file.ends_with(".so") ? check_library(file) : check_pipeline(arguments);
}

}  // namespace fthost
