#pragma once

/// Components of the plugins of this build, as the host gets them: from their libraries.

#include <dlfcn.h>
#include <fthost/component.h>
#include <fthost/options.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/plugins/registry.h"

namespace fthost {

/// What is given, and for the component's other options their defaults.
inline Options with_defaults(const ComponentDescription& component,
                             std::map<std::string, OptionValue, std::less<>> given) {
  for (const auto& option : component.options)
    if (option.default_value) given.emplace(option.name, *option.default_value);
  return Options(std::move(given));
}

/// Creates the component `name` of LIBRARY.so; options that are not given have their defaults. The library stays open.
template <class Interface>
std::unique_ptr<Interface> open_plugin(const std::string& library, const std::string& name,
                                       std::map<std::string, OptionValue, std::less<>> options = {}) {
  const auto file = FTHOST_BUILD_DIR "/lib/fthost/plugins/" + library + ".so";
  PluginRegistry registry(host_fingerprint());
  registry.scan(file);
  const auto* found = registry.find(Interface::kKind, name);
  if (found == nullptr) throw std::runtime_error(file + " has no " + title(Interface::kKind, name));
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  using Create = Component* (*)(const char*, const char*, const Options&);
  const auto create = reinterpret_cast<Create>(dlsym(handle, "fthost_create"));
  if (create == nullptr) throw std::runtime_error(dlerror());
  const std::string kind(kind_name(Interface::kKind));
  const auto all = with_defaults(found->description, std::move(options));
  std::unique_ptr<Component> made(create(kind.c_str(), name.c_str(), all));
  auto* typed = dynamic_cast<Interface*>(made.get());
  if (typed == nullptr) throw std::runtime_error(file + " has no " + kind + " " + name);
  made.release();
  return std::unique_ptr<Interface>(typed);
}

}  // namespace fthost
