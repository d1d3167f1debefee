#pragma once

/// Calling what a plugin wrote: whatever it throws reaches the user with the component's kind, name and file.

#include <fthost/error.h>

#include <string>
#include <utility>

#include "core/pipeline/pipeline.h"
#include "core/plugins/guard.h"

namespace fthost {

/// "freezing 'last-n-layers' (/usr/lib/fthost/plugins/last-n-layers.so)".
inline std::string describe(const FoundComponent& component) {
  return title(component.description) + " (" + component.library.string() + ")";
}
inline std::string describe(const ComponentChoice& choice) {
  return describe(choice.component);
}

/// Runs `call`. InputError passes; anything else becomes a PluginFailure that names the component and `doing`.
template <class Call>
decltype(auto) call_plugin(const FoundComponent& component, const char* doing, Call&& call) {
  return guard_plugin(
      [&] { return describe(component) + " failed while " + doing; },
      [&](const OptionError& error) { require_declared(component.description, describe(component), error); },
      std::forward<Call>(call));
}

/// An option that turned out wrong after the pipeline was checked, with its line in the pipeline. Throws a
/// PluginFailure when the component does not declare it.
inline InputError wrong_option(const Pipeline& pipeline, const ComponentChoice& choice, const OptionError& error) {
  require_declared(choice.component.description, describe(choice), error);
  auto message = point_at(pipeline, choice.table, error.option(),
                          title(choice.kind, choice.component.description.name) + ": " + error.what());
  // Of fthost's own plugins everybody knows where they are.
  if (choice.component.library.parent_path() != own_plugin_folder())
    message.notes.push_back("it is in " + choice.component.library.string());
  return InputError(std::move(message));
}

/// call_plugin() for a component of a pipeline: OptionError becomes an InputError that points at the option's line in
/// it.
template <class Call>
decltype(auto) call_plugin(const Pipeline& pipeline, const ComponentChoice& choice, const char* doing, Call&& call) {
  return guard_plugin([&] { return describe(choice) + " failed while " + doing; },
                      [&](const OptionError& error) { throw wrong_option(pipeline, choice, error); },
                      std::forward<Call>(call));
}

}  // namespace fthost
