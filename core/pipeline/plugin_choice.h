#pragma once

/// From the name or path in a pipeline to the plugin that is meant.

#include <fthost/component.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline/problems.h"
#include "core/pipeline/request.h"
#include "core/plugins/registry.h"

namespace fthost {

struct PluginChoice {
  FoundComponent component;
  std::string written;  ///< The name, or "/folder/library.so#name": how a resolved pipeline names it.
};

/// The plugin of `kind` that `given` names: a name that the registry knows, or, when it holds a '/', the path of a
/// library, with "#name" behind it when the library holds several of the kind. Such a library is scanned into the
/// registry. None: `problems` says why.
std::optional<PluginChoice> choose_plugin(Kind kind, const GivenOption& given, PluginRegistry& registry,
                                          Problems& problems);

/// Notes below a message that misses a plugin: "freezing plugins: classifier-only, full", which libraries were refused
/// and why (first one whose file bears the name `wanted`), and where nothing lay.
std::vector<std::string> known_plugins(Kind kind, const PluginRegistry& registry, std::string_view wanted = {});

}  // namespace fthost
