#pragma once

/// One library: looked at, then opened.

#include <fthost/component.h>
#include <fthost/options.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/plugins/description.h"
#include "core/plugins/library_file.h"

namespace fthost {

/// What was read from a library that may be loaded, and from which file.
struct InspectedLibrary {
  LibraryDescription description;
  FileIdentity identity;
};

/// Looks at a library without opening it: permissions, note, fingerprint against `host`, description. `library` is
/// absolute and without symbolic links. Throws fthost::Error that says why the library is not to be used.
InspectedLibrary inspect_library(const std::filesystem::path& library, const Fingerprint& host);

/// A library in this process. It stays until the last object that it made is gone.
class OpenLibrary : public std::enable_shared_from_this<OpenLibrary> {
 public:
  /// Throws fthost::Error when the file is no longer the one that was inspected, or when the system cannot open it.
  static std::shared_ptr<OpenLibrary> open(const std::filesystem::path& library, const FileIdentity& inspected);
  virtual ~OpenLibrary() = default;

  /// OptionError and InputError pass through; all else that the constructor throws becomes a
  /// PluginFailure.
  virtual std::shared_ptr<Component> create(Kind kind, std::string_view name, const Options& options) = 0;
};

}  // namespace fthost
