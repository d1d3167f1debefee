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

namespace fthost {

/// Creates the component `name` of LIBRARY.so, with all of its options given. The library stays open.
template <class Interface>
std::unique_ptr<Interface> open_plugin(const std::string& library, const std::string& name,
                                       std::map<std::string, OptionValue, std::less<>> options = {}) {
  const auto file = FTHOST_BUILD_DIR "/lib/fthost/plugins/" + library + ".so";
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  using Create = Component* (*)(const char*, const char*, const Options&);
  const auto create = reinterpret_cast<Create>(dlsym(handle, "fthost_create"));
  if (create == nullptr) throw std::runtime_error(dlerror());
  const std::string kind(kind_name(Interface::kKind));
  std::unique_ptr<Component> made(create(kind.c_str(), name.c_str(), Options(std::move(options))));
  auto* typed = dynamic_cast<Interface*>(made.get());
  if (typed == nullptr) throw std::runtime_error(file + " has no " + kind + " " + name);
  made.release();
  return std::unique_ptr<Interface>(typed);
}

}  // namespace fthost
