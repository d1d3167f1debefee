#include "core/plugins/program_file.h"

#include <fthost/error.h>

#include <system_error>

namespace fthost {

std::filesystem::path program_file() {
  std::error_code error;
  auto file = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw Error("cannot tell where fthost itself is: /proc/self/exe: " + error.message());
  return file;
}

}  // namespace fthost
