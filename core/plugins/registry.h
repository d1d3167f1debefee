#pragma once

/// The plugin libraries that were found, and the components in them.

#include <fthost/component.h>
#include <fthost/options.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugins/description.h"

namespace fthost {

struct FileIdentity;

/// A component that may be used, and the library that holds it.
struct FoundComponent {
  ComponentDescription description;
  Fingerprint fingerprint;
  std::filesystem::path library;
};

/// A file that lay where plugins lie and is not used.
struct RefusedLibrary {
  std::filesystem::path library;
  std::string reason;  ///< May have several lines: the whole message but "error: cannot use FILE: ".
};

/// A place where plugins were looked for and no file lay.
struct EmptyPlace {
  std::filesystem::path path;
  std::string reason;  ///< "there is no such file or folder", "there is no *.so in it".
};

/// Scans folders by reading files only; a library is opened when the first component of it is created. Not thread-safe.
class PluginRegistry {
 public:
  /// `host`: the fingerprint of this host, against which libraries are checked (LibTorch empty: none is known yet, and
  /// libraries that need one are listed unchecked until they are opened).
  explicit PluginRegistry(Fingerprint host);
  ~PluginRegistry();

  /// Adds every *.so of a folder, or one library when `path` is a file. A folder that is not there, or that holds none,
  /// is skipped and noted. Earlier ones win nothing: two components of one kind and name are an error when they are
  /// asked for.
  void scan(const std::filesystem::path& path);

  /// Adds one component by hand, without a file being looked at before it is created.
  void add(FoundComponent component);

  const std::vector<FoundComponent>& components() const { return components_; }
  const std::vector<RefusedLibrary>& refused() const { return refused_; }
  const std::vector<EmptyPlace>& empty_places() const { return empty_places_; }

  /// The names of one kind, sorted.
  std::vector<std::string> names(Kind kind) const;
  /// The component, or null when there is none. Throws InputError that names both files when there are two.
  const FoundComponent* find(Kind kind, std::string_view name) const;
  /// The component of `kind` that handles `what` (see handles() in <fthost/describe.h>), or null.
  const FoundComponent* find_handler(Kind kind, std::string_view what) const;

  /// Opens the library if need be and creates the component. The library stays open until the last object that came
  /// from it is gone. OptionError and InputError pass through; anything else that the constructor throws becomes a
  /// PluginFailure that names kind, component and file.
  template <class Interface>
  std::shared_ptr<Interface> create(const FoundComponent& component, const Options& options) {
    auto made = create_component(component, options);
    auto typed = std::dynamic_pointer_cast<Interface>(made);
    if (typed == nullptr) refuse_type(component);
    return typed;
  }

 private:
  struct Libraries;

  void take_from_folder(const std::filesystem::path& library, const std::filesystem::path& folder);
  void take_library(const std::filesystem::path& library);
  void refuse(const std::filesystem::path& library, std::string reason);
  FileIdentity identity_of(const std::filesystem::path& library) const;
  std::shared_ptr<Component> create_component(const FoundComponent& component, const Options& options);
  [[noreturn]] static void refuse_type(const FoundComponent& component);

  Fingerprint host_;
  std::vector<FoundComponent> components_;
  std::vector<RefusedLibrary> refused_;
  std::vector<EmptyPlace> empty_places_;
  std::unique_ptr<Libraries> libraries_;
};

/// This host: its SDK, C++ ABI, and the LibTorch and CUDA versions that its engine was built for ("" without one).
Fingerprint host_fingerprint();

/// Where fthost's own plugins are: ../lib/fthost/plugins from the folder of the executable. Empty where /proc is
/// missing.
std::filesystem::path own_plugin_folder();

/// Where plugins are looked for, in this order: `from_pipeline` ([plugins] paths), FTHOST_PLUGIN_PATH (colons between;
/// ignored in a set-uid process), and own_plugin_folder().
std::vector<std::filesystem::path> plugin_search_path(const std::vector<std::filesystem::path>& from_pipeline);

}  // namespace fthost
