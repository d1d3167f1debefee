// The pipeline files that come with fthost say nothing that it does not know.

#include <filesystem>
#include <vector>

#include "tests/apps/tiny_pipeline.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

TEST_CASE("every pipeline file under configs passes the check", "[pipeline][apps]") {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(FTHOST_SOURCE_DIR) / "configs"))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  REQUIRE(files.size() > 5);
  for (const auto& file : files) {
    const auto outcome =
        run_program({"check", file.string(), "--set", "model.path=" + TinyPipeline::model().string()}, ".");
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(outcome.err == file.string() + ": no errors\n");
  }
}

}  // namespace
}  // namespace fthost
