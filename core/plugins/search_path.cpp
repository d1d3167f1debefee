// Where plugins lie.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugins/program_file.h"
#include "core/plugins/registry.h"

namespace fthost {

std::vector<std::filesystem::path> plugin_search_path(const std::vector<std::filesystem::path>& from_pipeline) {
  auto folders = from_pipeline;
  // Null in a process with more rights than its user (AT_SECURE): the environment is that user's.
  if (const char* variable = ::secure_getenv("FTHOST_PLUGIN_PATH"); variable != nullptr) {
    for (std::string_view rest = variable; !rest.empty();) {
      const auto part = rest.substr(0, rest.find(':'));
      if (!part.empty()) folders.emplace_back(part);
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
  }
  folders.push_back(own_plugin_folder());
  return folders;
}

std::filesystem::path own_plugin_folder() {
  return (program_file().parent_path() / "../lib/fthost/plugins").lexically_normal();
}

}  // namespace fthost
