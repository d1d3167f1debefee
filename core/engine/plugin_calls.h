#pragma once

/// Calling what a plugin wrote: whatever it throws reaches the user with the component's kind, name and file.

#include <fthost/error.h>

#include <exception>
#include <string>
#include <utility>

#include "core/pipeline/pipeline.h"

namespace fthost {

/// "freezing 'last-n-layers' (/usr/lib/fthost/plugins/last-n-layers.so)".
inline std::string describe(const FoundComponent& component) {
  return std::string(kind_name(component.description.kind)) + " '" + component.description.name + "' (" +
         component.library.string() + ")";
}
inline std::string describe(const ComponentChoice& choice) {
  return describe(choice.component);
}

/// Runs `call`. InputError passes; anything else becomes an Error that names the component and `doing`.
template <class Call>
decltype(auto) call_plugin(const FoundComponent& component, const char* doing, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(describe(component) + " failed while " + doing + ": " + error.what());
  } catch (...) {
    throw Error(describe(component) + " failed while " + doing + ": it threw something that is no std::exception");
  }
}

/// An option that turned out wrong after the pipeline was checked, with its line in the pipeline.
inline InputError wrong_option(const Pipeline& pipeline, const ComponentChoice& choice, const OptionError& error) {
  return InputError(
      point_at(pipeline, choice.table, error.option(),
               std::string(kind_name(choice.kind)) + " '" + choice.component.description.name + "': " + error.what()));
}

/// call_plugin() for a component of a pipeline: OptionError becomes an InputError that points at the option's line in
/// it.
template <class Call>
decltype(auto) call_plugin(const Pipeline& pipeline, const ComponentChoice& choice, const char* doing, Call&& call) {
  return call_plugin(choice.component, doing, [&]() -> decltype(auto) {
    try {
      return std::forward<Call>(call)();
    } catch (const OptionError& error) {
      throw wrong_option(pipeline, choice, error);
    }
  });
}

}  // namespace fthost
