// fthost options KIND/NAME: one component's options, from the same description that pipelines are checked against.

#include <fthost/error.h>

#include <algorithm>
#include <iostream>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost options KIND/NAME",
    "Describes a component and its options: type, range, default and meaning. KIND alone lists\n"
    "the components of that kind.",
    "  fthost options freezing\n  fthost options freezing/last-n-layers\n"};

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
  describe_component(component_named(kind, what.substr(slash + 1), registry));
  return kDone;
}

}  // namespace fthost
