#include <fthost/error.h>

#include <boost/dll/shared_library.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "core/engine/engine.h"
#include "core/plugins/program_file.h"
#include "core/plugins/registry.h"
#include "core/run/heap.h"

namespace fthost {
namespace {

/// Why the engine does not open, and what to do. An installed tree reaches LibTorch by one link.
std::string explain(const std::filesystem::path& folder, const std::string& problem) {
  const auto link = folder / "libtorch";
  std::error_code error;
  const auto target = std::filesystem::read_symlink(link, error);
  if (error) return problem + "; run `fthost doctor`, and scripts/setup if LibTorch's libraries are not found";
  const auto wanted = "LibTorch " + host_fingerprint().libtorch, to = link.string() + " leads to " + target.string();
  const bool there = std::filesystem::exists(link / "lib", error);
  return (there ? problem + "; it wants " + wanted + ", and " + to
                : wanted + " is missing: " + to + ", which is not there") +
         "\n  Point the link at the folder that holds its include/ and lib/: ln -sfn FOLDER " + link.string();
}

}  // namespace

std::shared_ptr<Engine> open_engine() {
  keep_freed_memory();
  const auto folder = program_file().parent_path().parent_path() / "lib/fthost";
  const auto file = folder / "libfthost_engine.so";
  boost::system::error_code problem;
  const auto library =
      std::make_shared<boost::dll::shared_library>(file.string(), boost::dll::load_mode::rtld_now, problem);
  if (!std::filesystem::exists(file))
    throw Error("the engine is missing: " + file.string() +
                "; this command needs it (a build with FTHOST_TENSORS=OFF has none)");
  if (problem) throw Error("cannot open the engine " + file.string() + ": " + explain(folder, problem.message()));
  auto* make = &library->get<Engine*()>("fthost_make_engine");
  // The library stays open until the engine is destroyed.
  return {make(), [library](Engine* engine) { delete engine; }};
}

}  // namespace fthost
