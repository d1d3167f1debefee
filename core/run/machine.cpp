#include "core/run/machine.h"

#include <array>
#include <fstream>
#include <string_view>

#include <sys/utsname.h>
#include <unistd.h>

namespace fthost {
namespace {

/// What stands behind the first line of `file` that starts with `key`: after the separator, without blanks and quotes.
std::string value_of(const char* file, std::string_view key, char separator) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const auto begin = line.find_first_not_of(" \t\"", line.find(separator) + 1);
    const auto end = line.find_last_not_of(" \t\"");
    return begin <= end ? line.substr(begin, end - begin + 1) : "";
  }
  return "";
}

utsname system_name() {
  utsname name{};
  ::uname(&name);
  return name;
}

}  // namespace

std::string cpu_model() {
  auto model = value_of("/proc/cpuinfo", "model name", ':');
  return model.empty() ? std::string(system_name().machine) : model;
}

std::string operating_system() {
  const auto kernel = system_name();
  const auto distribution = value_of("/etc/os-release", "PRETTY_NAME", '=');
  return (distribution.empty() ? "" : distribution + ", ") + kernel.sysname + " " + kernel.release;
}

std::map<std::string, std::string> numeric_environment() {
  constexpr std::array<std::string_view, 4> prefixes = {"OMP_", "MKL_", "ATEN_", "CUBLAS_"};
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const auto equals = variable.find('=');
    for (const auto prefix : prefixes)
      if (equals != std::string_view::npos && variable.starts_with(prefix))
        found.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return found;
}

}  // namespace fthost
