#pragma once

/// `fthost check LIBRARY.so`: whether a plugin library keeps to what the host asks of plugins. Each check runs in a
/// process of its own, so that a crash is a line of the report.

#include <string>
#include <vector>

#include "core/plugins/conformance.h"
#include "core/plugins/registry.h"

namespace fthost {

struct LibraryCheckRequest {
  std::filesystem::path library;
  std::vector<std::string>
      with;         ///< "OPTION=VALUE", for options of type text, path or texts; paths from the working folder.
  int seconds = 0;  ///< What a check may take.
};

/// A line of the report.
struct LibraryCheckLine {
  std::string check;
  CheckResult result;
};

struct ComponentReport {
  ComponentDescription description;
  std::vector<LibraryCheckLine> lines;
};

struct LibraryReport {
  std::filesystem::path library;        ///< Absolute, without symbolic links.
  std::vector<LibraryCheckLine> lines;  ///< Of the library as a whole: nothing of it was run for them.
  std::vector<ComponentReport> components;

  std::size_t checks() const;
  std::size_t broken() const;
};

/// Throws InputError when the library is not there, is refused, or when `with` names no option of it.
LibraryReport check_plugin_library(const LibraryCheckRequest& request);

/// For people, on standard error.
void print_report(const LibraryReport& report);
/// As JSON, on standard output.
void print_report_json(const LibraryReport& report);

/// The name by which the executable calls itself for one check; people have no use for it, and it is in no help.
inline constexpr std::string_view kCheckComponent = "check-component";

/// Does one check in this process and reports it to the parent: the parent's process id, LIBRARY, the component's
/// number, the check's number, then OPTION=VALUE with absolute paths.
int check_component_command(const std::vector<std::string>& words);

}  // namespace fthost
