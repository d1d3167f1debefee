// fthost options KIND/NAME: one component's options, from the same description that pipelines are checked against.

#include <fthost/error.h>

#include <algorithm>
#include <iostream>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/pipeline/plugin_choice.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost options KIND/NAME",
    "Describes a component and its options: type, range, default and meaning. KIND alone lists\n"
    "the components of that kind.",
    "  fthost options freezing\n  fthost options freezing/last-n-layers\n"};

InputError no_component(const PluginRegistry& registry, Kind kind, const std::string& name) {
  const auto names = registry.names(kind);
  Message message{.place = {"fthost", 0, 0}, .text = "there is no " + title(kind, name)};
  const auto near = nearest_name(name, names);
  if (!near.empty()) message.text += "; did you mean '" + std::string(near) + "'?";
  message.notes = known_plugins(kind, registry, name);
  return InputError(std::move(message));
}

void describe_component(const FoundComponent& found) {
  const auto& description = found.description;
  std::cout << kind_name(description.kind) << ' ' << description.name << ": " << description.summary << '\n'
            << "  in " << found.library.string() << '\n';
  if (description.options.empty()) std::cout << "  no options\n";
  for (const auto& option : description.options) std::cout << "  " << help_line(option) << '\n';
}

}  // namespace

int options_command(const std::vector<std::string>& words) {
  const Arguments arguments(kHelp, {}, {"component"}, words);
  if (arguments.help_shown()) return kDone;
  const auto what = arguments.required("component");
  const auto slash = what.find('/');
  const Kind kind = kind_named(what.substr(0, slash));
  const FoundPlugins registry;
  if (slash == std::string::npos) {
    for (const auto& name : registry.names(kind)) describe_component(*registry.find(kind, name));
    return kDone;
  }
  const auto name = what.substr(slash + 1);
  const auto* found = registry.find(kind, name);
  if (found == nullptr) throw no_component(registry, kind, name);
  describe_component(*found);
  return kDone;
}

}  // namespace fthost
