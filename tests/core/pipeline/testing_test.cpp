#include <fthost/freezing.h>
#include <fthost/testing.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/captured_stderr.h"
#include "tests/catch.h"

namespace fthost {
namespace {

const std::string kPlugins = FTHOST_BUILD_DIR "/lib/fthost/plugins/";

std::string refused(const std::string& library, const std::string& name, const std::string& options) {
  return testing::refusal([&] { testing::open<Freezing>(library, name, options); });
}

TEST_CASE("a test of a plugin gets its component with checked options", "[unit][pipeline]") {
  const auto library = kPlugins + "last-n-layers.so";
  const auto strategy = testing::open<Freezing>(library, "last-n-layers", "layers = 1");
  const auto learns = strategy->learns(testing::topology(2), {});
  CHECK(learns == std::vector<bool>{false, false, false, false, true, true, true, true});

  CHECK(refused(library, "last-n-layers", "") ==
        "options:1:1: error: freezing 'last-n-layers' needs the option 'layers'\n"
        "  layers: integer, 0 or more; layers that learn, counted from the top\n");
  CHECK(refused(library, "last-n-layers", "layers = 1\nembedings = true") ==
        "options:2:1: error: freezing 'last-n-layers' has no option 'embedings'\n"
        "    2 | embedings = true\n"
        "      | ^^^^^^^^^ did you mean 'embeddings'?\n"
        "  embeddings: true or false, default false; let the embeddings learn as well; that moves the boundary down to "
        "them: there is no prefix then\n");
}

TEST_CASE("a test of a plugin hears why its library is not used", "[unit][pipeline]") {
  const auto library = std::filesystem::canonical(kPlugins + "full.so").string();
  CHECK(refused(library, "ful", "") == library + " holds no freezing 'ful'; it holds freezing 'full'");
  CHECK(refused("not/there.so", "full", "") == "there is no library not/there.so");
  const auto core = std::filesystem::canonical(FTHOST_BUILD_DIR "/lib/libfthost.so").string();
  CHECK(refused(core, "full", "").starts_with("cannot use " + core + ": "));
}

TEST_CASE("a topology for tests has an embeddings stage, layers and a head", "[unit][pipeline]") {
  const auto topology = testing::topology(3);
  CHECK(topology.layers() == 3);
  REQUIRE(topology.tensors.size() == 10);
  CHECK(topology.tensors.front().name == "embeddings.LayerNorm.weight");
  CHECK(topology.tensors[6].name == "encoder.layer.2.output.dense.weight");
  CHECK(topology.tensors[6].stage == Topology::layer_stage(2));
  CHECK(topology.tensors.back().stage == topology.head_stage());
}

TEST_CASE("checks that do not hold fail the test and name their line", "[unit][pipeline]") {
  CHECK(testing::run([] { testing::check(true, "this holds"); }) == 0);
  const CapturedStderr captured;
  const auto status = testing::run([] {
    testing::check(false, "this does not");
    testing::check(true, "this does");
    throw std::runtime_error("and then this");
  });
  CHECK(status == 1);
  const auto line = std::to_string(__LINE__ - 5);
  CHECK(captured.text() ==
        std::string(__FILE__) + ":" + line + ": failed: this does not\nfailed: it threw: and then this\n");
  CHECK(testing::run([] { throw 7; }) == 1);
  CHECK(captured.text().ends_with("\nfailed: it threw: something that is no std::exception\n"));
}

}  // namespace
}  // namespace fthost
