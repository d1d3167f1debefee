// fthost plugins: what is found, where, and why a file was refused.

#include <fthost/component.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost plugins [--json]",
    "Lists the components of all plugin libraries that were found, and the files that were refused and why. Looked "
    "for\n"
    "in FTHOST_PLUGIN_PATH (folders with colons between) and in lib/fthost/plugins beside the executable; a pipeline\n"
    "adds folders with [plugins] paths.",
    "  fthost plugins\n  FTHOST_PLUGIN_PATH=~/my-plugins fthost plugins\n"};

std::vector<FoundComponent> sorted(const PluginRegistry& registry) {
  auto components = registry.components();
  std::sort(components.begin(), components.end(), [](const FoundComponent& a, const FoundComponent& b) {
    return std::tie(a.description.kind, a.description.name) < std::tie(b.description.kind, b.description.name);
  });
  return components;
}

nlohmann::ordered_json to_json(const PluginRegistry& registry) {
  nlohmann::ordered_json json;
  json["components"] = nlohmann::ordered_json::array();
  for (const auto& found : sorted(registry))
    json["components"].push_back({{"kind", kind_name(found.description.kind)},
                                  {"name", found.description.name},
                                  {"summary", found.description.summary},
                                  {"library", found.library.string()}});
  json["refused"] = nlohmann::ordered_json::array();
  for (const auto& refused : registry.refused())
    json["refused"].push_back({{"library", refused.library.string()}, {"reason", refused.reason}});
  json["empty_places"] = nlohmann::ordered_json::array();
  for (const auto& place : registry.empty_places())
    json["empty_places"].push_back({{"path", place.path.string()}, {"reason", place.reason}});
  return json;
}

void print_table(const PluginRegistry& registry) {
  for (const auto& found : sorted(registry))
    std::cout << std::left << std::setw(10) << kind_name(found.description.kind) << ' ' << std::setw(18)
              << found.description.name << ' ' << found.description.summary << '\n'
              << std::string(30, ' ') << found.library.string() << '\n';
  for (const auto& refused : registry.refused())
    std::cerr << "refused " << refused.library.string() << ": " << refused.reason << '\n';
  for (const auto& place : registry.empty_places())
    std::cerr << "looked in " << place.path.string() << ": " << place.reason << '\n';
}

}  // namespace

int plugins_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  options.add_options()("json", boost::program_options::bool_switch(), "print the list as JSON");
  const Arguments arguments(kHelp, options, {}, words);
  if (arguments.help_shown()) return kDone;
  const FoundPlugins registry;
  arguments.flag("json") ? print_json(to_json(registry)) : print_table(registry);
  return kDone;
}

}  // namespace fthost
