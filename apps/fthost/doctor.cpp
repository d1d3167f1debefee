// fthost doctor: what this machine and this installation have.

#include <fthost/error.h>
#include <fthost/version.h>

#include <iostream>
#include <thread>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/engine/engine.h"
#include "core/run/machine.h"
#include "core/run/version.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost doctor",
    "Says what this machine and this installation have, and what is missing. Exits with 1 when\n"
    "something that a run needs is missing.",
    ""};

void print_version() {
  const auto& build = build_info();
  std::cout << "fthost       " << build.version;
  if (!build.commit.empty())
    std::cout << ", commit " << build.commit.substr(0, 12) << (build.dirty ? " (changed)" : "");
  std::cout << ", " << build.compiler << ", SDK " << kSdkVersion << '\n'
            << "system       " << operating_system() << '\n'
            << "processor    " << cpu_model() << ", " << std::thread::hardware_concurrency() << " hardware threads\n";
}

bool print_plugins() {
  const FoundPlugins registry;
  for (const auto& folder : plugin_search_path({})) std::cout << "plugins in   " << folder.string() << '\n';
  std::cout << "components   " << registry.components().size() << " found, " << registry.refused().size()
            << " libraries refused\n";
  for (const auto& refused : registry.refused())
    std::cout << "  refused    " << refused.library.string() << ": " << refused.reason << '\n';
  return !registry.components().empty();
}

bool print_engine() {
  try {
    const auto report = open_engine()->devices();
    std::cout << "LibTorch     " << report.libtorch << ", " << report.cpu_capability << ", " << report.threads
              << " threads by default\n";
    if (!report.cuda_library)
      std::cout << "CUDA         not available: " << report.cuda_problem << '\n';
    else if (report.devices.empty())
      std::cout << "CUDA         the library opens, but there is no device\n";
    for (const auto& device : report.devices) std::cout << "CUDA         " << device << '\n';
    return true;
  } catch (const Error& error) {
    std::cout << "engine       missing: " << error.what() << '\n';
    return false;
  }
}

}  // namespace

int doctor_command(const std::vector<std::string>& words) {
  const Arguments arguments(kHelp, {}, {}, words);
  if (arguments.help_shown()) return kDone;
  print_version();
  const bool has_plugins = print_plugins();
  const bool has_engine = print_engine();
  std::cout << (has_plugins && has_engine ? "all that a run needs is here\n"
                                          : "a run is not possible yet, see above\n");
  return has_plugins && has_engine ? kDone : kFailed;
}

}  // namespace fthost
