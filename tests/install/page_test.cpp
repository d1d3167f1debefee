// docs/write-a-plugin.md, followed word by word.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/install/installation.h"
#include "tests/page_blocks.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

TEST_CASE("docs/write-a-plugin.md leads from nothing to a run, word by word", "[slow][install]") {
  if (lacks_engine()) return;
  const Installation tree("fthost");
  const auto home = tree.workplace();
  fs::create_directory(home / "models");
  fs::create_symlink(TinyPipeline::model(), home / "models/bert");
  const TemporaryFolder outputs;
  const auto blocks = blocks_of(fs::path(FTHOST_SOURCE_DIR) / "docs/write-a-plugin.md");
  REQUIRE(blocks.size() > 8);

  const auto followed =
      run_process({"bash", "-c", script_of(blocks, outputs.path())}, home, "", {{"HOME", home.string()}});
  INFO(followed.err);
  REQUIRE(followed.status == 0);

  // What the page shows is what was printed.
  std::size_t shown = 0;
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    if (blocks[i].language != "text") continue;
    ++shown;
    auto printed = outputs.read(std::to_string(i - 1));
    const auto real_home = fs::canonical(home).string();
    for (auto at = printed.find(real_home); at != std::string::npos; at = printed.find(real_home))
      printed.replace(at, real_home.size(), "~");
    CHECK(printed == blocks[i].text);
  }
  CHECK(shown == 1);

  // The model has two layers: their turns come one after the other.
  const auto last = outputs.read(std::to_string(blocks.size() - 1));
  INFO(last);
  CHECK(last.starts_with("\"boundary\":\"1\"\n\"boundary\":\"0\"\n\"boundary\":\"1\"\n"));
  CHECK(last.find("\nParis\t") != std::string::npos);
}

TEST_CASE("a freezing strategy of 30 lines compiles in two seconds", "[slow][install]") {
  const Installation tree;
  std::string source;
  for (const auto& block : blocks_of(fs::path(FTHOST_SOURCE_DIR) / "docs/write-a-plugin.md"))
    if (block.file.ends_with("round_robin.cpp")) source = block.text;
  REQUIRE_FALSE(source.empty());
  std::ofstream(tree.workplace() / "strategy.cpp") << source;
  const auto compiled = tree.run({"bash", "-c",
                                  "TIMEFORMAT=%U; time '" FTHOST_CXX "' -std=c++20 -O2 -fPIC -I'" +
                                      (tree.prefix() / "include").string() + "' -c strategy.cpp -o strategy.o"},
                                 tree.workplace());
  INFO(compiled.err);
  REQUIRE(compiled.status == 0);
  CHECK(std::stod(compiled.err) < 2);  // seconds of the processor: other work on the machine does not count
}

}  // namespace
}  // namespace fthost
