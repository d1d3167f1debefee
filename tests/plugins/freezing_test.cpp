#include <string>

#include <fthost/freezing.h>
#include <fthost/plan.h>

#include "core/plugins/registry.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

/// Two tensors a stage.
Topology topology(int layers) {
  Topology topology;
  topology.stages.push_back({"embeddings"});
  for (int i = 0; i < layers; ++i) topology.stages.push_back({"layer." + std::to_string(i)});
  topology.stages.push_back({"head"});
  for (std::size_t stage = 0; stage < topology.stages.size(); ++stage)
    for (const auto* part : {".weight", ".bias"})
      topology.tensors.push_back({topology.stages[stage].name + part, {2, 2}, static_cast<int>(stage)});
  return topology;
}

std::shared_ptr<Freezing> make(const std::string& name, const Options& options = {}) {
  PluginRegistry registry(host_fingerprint());
  registry.scan(FTHOST_BUILD_DIR "/lib/fthost/plugins/" + name + ".so");
  const auto* found = registry.find(Kind::freezing, name);
  REQUIRE(found != nullptr);
  return registry.create<Freezing>(*found, options);
}

std::shared_ptr<Freezing> last(std::int64_t layers, bool embeddings = false) {
  return make("last-n-layers", Options({{"layers", layers}, {"embeddings", embeddings}}));
}

/// One letter a stage: L when both of its tensors learn, f when both are frozen.
std::string stages_of(Freezing& freezing, int layers) {
  const auto shape = topology(layers);
  const auto learns = freezing.learns(shape, {});
  REQUIRE(learns.size() == shape.tensors.size());
  std::string text;
  for (std::size_t i = 0; i < learns.size(); i += 2) {
    CHECK(learns[i] == learns[i + 1]);
    text += learns[i] ? 'L' : 'f';
  }
  return text;
}

std::string boundary_of(Freezing& freezing, int layers) {
  return boundary_name(make_plan(topology(layers), freezing.learns(topology(layers), {})));
}

}  // namespace

TEST_CASE("freezing classifier-only lets the head learn", "[unit][plugins]") {
  const auto freezing = make("classifier-only");
  CHECK(stages_of(*freezing, 3) == "ffffL");
  CHECK(boundary_of(*freezing, 3) == "3");
}

TEST_CASE("freezing full lets everything learn", "[unit][plugins]") {
  const auto freezing = make("full");
  CHECK(stages_of(*freezing, 3) == "LLLLL");
  CHECK(boundary_of(*freezing, 3) == "embeddings");
}

TEST_CASE("freezing last-n-layers counts from the top", "[unit][plugins]") {
  CHECK(stages_of(*last(0), 3) == "ffffL");
  CHECK(stages_of(*last(1), 3) == "fffLL");
  CHECK(stages_of(*last(3), 3) == "fLLLL");
  CHECK(boundary_of(*last(1), 3) == "2");
  CHECK(boundary_of(*last(3), 3) == "0");
}

TEST_CASE("freezing last-n-layers lets the embeddings learn too", "[unit][plugins]") {
  CHECK(stages_of(*last(1, true), 3) == "LffLL");
  CHECK(stages_of(*last(3, true), 3) == "LLLLL");
  CHECK(boundary_of(*last(0, true), 3) == "embeddings");
}

TEST_CASE("freezing last-n-layers refuses more layers than there are", "[unit][plugins]") {
  try {
    last(20)->learns(topology(12), {});
    FAIL("20 of 12 layers were taken");
  } catch (const OptionError& e) {
    CHECK(e.option() == "layers");
    CHECK(std::string(e.what()) == "20 layers are to learn, but the model has 12");
  }
}

TEST_CASE("freezing last-n-layers describes its options", "[unit][plugins]") {
  PluginRegistry registry(host_fingerprint());
  registry.scan(FTHOST_BUILD_DIR "/lib/fthost/plugins/last-n-layers.so");
  const auto& options = registry.find(Kind::freezing, "last-n-layers")->description.options;
  REQUIRE(options.size() == 2);
  CHECK(help_line(options[0]) == "layers: integer, 0 or more; layers that learn, counted from the top");
  CHECK(help_line(options[1]) ==
        "embeddings: true or false, default false; let the embeddings learn as well; that moves the boundary down to "
        "them: there is no prefix then");
}
