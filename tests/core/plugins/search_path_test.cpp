#include <cstdlib>
#include <filesystem>
#include <vector>

#include "core/plugins/registry.h"
#include "tests/catch.h"

using namespace fthost;
using Paths = std::vector<std::filesystem::path>;

TEST_CASE("plugin search path has the pipeline's folders, the environment's and the built-in one", "[unit][plugins]") {
  const auto built_in = std::filesystem::path(FTHOST_BUILD_DIR) / "lib/fthost/plugins";
  ::unsetenv("FTHOST_PLUGIN_PATH");
  CHECK(plugin_search_path({}) == Paths{built_in});
  CHECK(plugin_search_path({"a", "b"}) == Paths{"a", "b", built_in});
  ::setenv("FTHOST_PLUGIN_PATH", ":/c::d:", 1);
  CHECK(plugin_search_path({"a"}) == Paths{"a", "/c", "d", built_in});
  ::setenv("FTHOST_PLUGIN_PATH", "", 1);
  CHECK(plugin_search_path({}) == Paths{built_in});
  ::unsetenv("FTHOST_PLUGIN_PATH");
}
