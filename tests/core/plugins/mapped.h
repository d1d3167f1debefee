#pragma once

/// Whether a library is in this process.

#include <filesystem>
#include <fstream>
#include <string>

namespace fthost {

inline bool is_in_process(const std::filesystem::path& library) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.ends_with(" " + library.string())) return true;
  return false;
}

}  // namespace fthost
