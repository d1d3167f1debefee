#include "core/plugins/registry.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include <fthost/error.h>

#include "core/plugins/guard.h"
#include "core/plugins/library.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// The *.so of a folder, by name.
std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".so") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// Does `path` lie in `folder` or below? Both canonical.
bool lies_in(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

struct PluginRegistry::Libraries {
  std::set<fs::path> seen;
  std::map<fs::path, FileIdentity> inspected;
  std::map<fs::path, std::shared_ptr<OpenLibrary>> open;
};

PluginRegistry::PluginRegistry(Fingerprint host) : host_(std::move(host)), libraries_(std::make_unique<Libraries>()) {}
PluginRegistry::~PluginRegistry() = default;

void PluginRegistry::scan(const fs::path& path) {
  std::error_code error;
  const auto real = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    empty_places_.push_back({path, "there is no such file or folder"});
    return;
  }
  if (error) return refuse(path, "it cannot be looked at: " + error.message());
  if (!fs::is_directory(real, error)) return take_library(real);
  try {
    const auto libraries = libraries_in(real);
    if (libraries.empty()) empty_places_.push_back({path, "there is no *.so in it"});
    for (const auto& library : libraries) take_from_folder(library, real);
  } catch (const fs::filesystem_error& e) {
    refuse(real, "the folder cannot be read: " + e.code().message());
  }
}

void PluginRegistry::take_from_folder(const fs::path& library, const fs::path& folder) {
  std::error_code error;
  const auto real = fs::canonical(library, error);
  if (error) return refuse(library, "it is a symbolic link that leads nowhere");
  if (!lies_in(real, folder))
    return refuse(library, "it is a symbolic link that leads out of its folder, to " + real.string() +
                               ": copy the file, or name that folder in [plugins] paths");
  take_library(real);
}

void PluginRegistry::take_library(const fs::path& library) {
  if (!libraries_->seen.insert(library).second) return;
  try {
    auto inspected = inspect_library(library, host_);
    libraries_->inspected[library] = inspected.identity;
    for (auto& component : inspected.description.components)
      components_.push_back({std::move(component), inspected.description.fingerprint, library});
  } catch (const Error& e) {
    refuse(library, e.what());
  }
}

void PluginRegistry::refuse(const fs::path& library, std::string reason) {
  refused_.push_back({library, std::move(reason)});
}

void PluginRegistry::add(FoundComponent component) {
  components_.push_back(std::move(component));
}

std::vector<std::string> PluginRegistry::names(Kind kind) const {
  std::set<std::string> names;
  for (const auto& component : components_)
    if (component.description.kind == kind) names.insert(component.description.name);
  return {names.begin(), names.end()};
}

const FoundComponent* PluginRegistry::find(Kind kind, std::string_view name) const {
  const FoundComponent* found = nullptr;
  for (const auto& component : components_) {
    if (component.description.kind != kind || component.description.name != name) continue;
    if (found != nullptr)
      throw InputError(found->library, title(found->description) + " is also in " + component.library.string(),
                       {"move one of the two files away, or leave its folder out of [plugins] paths and "
                        "FTHOST_PLUGIN_PATH"});
    found = &component;
  }
  return found;
}

const FoundComponent* PluginRegistry::find_handler(Kind kind, std::string_view what) const {
  const FoundComponent* found = nullptr;
  for (const auto& component : components_) {
    const auto& handles = component.description.handles;
    if (component.description.kind != kind || std::find(handles.begin(), handles.end(), what) == handles.end())
      continue;
    if (found != nullptr)
      throw InputError(found->library,
                       title(found->description) + " handles '" + std::string(what) + "', and so does " +
                           title(component.description) + " in " + component.library.string(),
                       {"name the one that is meant in the pipeline, or move the other file away"});
    found = &component;
  }
  return found;
}

std::shared_ptr<Component> PluginRegistry::create_component(const FoundComponent& component, const Options& options) {
  auto& library = libraries_->open[component.library];
  if (library == nullptr) library = OpenLibrary::open(component.library, identity_of(component.library));
  return library->create(component.description.kind, component.description.name, options);
}

/// A component that was added by hand may be of a library that nobody looked at yet.
FileIdentity PluginRegistry::identity_of(const fs::path& library) const {
  const auto found = libraries_->inspected.find(library);
  if (found != libraries_->inspected.end()) return found->second;
  try {
    return inspect_library(library, host_).identity;
  } catch (const Error& e) {
    throw PluginFailure("cannot load " + library.string() + ": " + e.what());
  }
}

void PluginRegistry::refuse_type(const FoundComponent& component) {
  throw PluginFailure(title(component.description) + " of " + component.library.string() +
                      " is of another class than its kind; rebuild the library");
}

}  // namespace fthost
