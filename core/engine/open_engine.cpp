#include <fthost/error.h>

#include <boost/dll/shared_library.hpp>
#include <memory>

#include "core/engine/engine.h"
#include "core/plugins/program_file.h"

namespace fthost {

std::shared_ptr<Engine> open_engine() {
  const auto file = program_file().parent_path().parent_path() / "lib/fthost/libfthost_engine.so";
  boost::system::error_code problem;
  const auto library =
      std::make_shared<boost::dll::shared_library>(file.string(), boost::dll::load_mode::rtld_now, problem);
  if (!std::filesystem::exists(file))
    throw Error("the engine is missing: " + file.string() +
                "; this command needs it (a build with FTHOST_TENSORS=OFF has none)");
  if (problem)
    throw Error("cannot open the engine " + file.string() + ": " + problem.message() +
                "; run `fthost doctor`, and scripts/setup if LibTorch's libraries are not found");
  auto* make = &library->get<Engine*()>("fthost_make_engine");
  // The library stays open until the engine is destroyed.
  return {make(), [library](Engine* engine) { delete engine; }};
}

}  // namespace fthost
