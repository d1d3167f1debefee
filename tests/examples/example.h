#pragma once

/// Components of the examples, as the host gets them: from their libraries.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/plugins/registry.h"
#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"

namespace fthost {

inline std::filesystem::path example(const std::string& name) {
  return std::filesystem::canonical(FTHOST_BUILD_DIR "/tests/examples/" + name + ".so");
}

/// The component `name` of the example's library, with `given` and defaults for its options. Its library stays open as
/// long as it lives.
template <class Interface>
std::shared_ptr<Interface> open_example(const std::string& library, const std::string& name,
                                        std::map<std::string, OptionValue, std::less<>> given = {}) {
  PluginRegistry registry(host_fingerprint());
  registry.scan(example(library));
  const auto* found = registry.find(Interface::kKind, name);
  REQUIRE(found != nullptr);
  return registry.create<Interface>(*found, with_defaults(found->description, std::move(given)));
}

}  // namespace fthost
