/// Libraries that are loaded, used and unloaded again and again. Under AddressSanitizer whatever outlives its library,
/// and whatever is not given back, shows.

#include <memory>
#include <string>
#include <vector>

#include <fthost/error.h>
#include <fthost/freezing.h>
#include <fthost/reader.h>
#include <fthost/schedule.h>
#include <fthost/sink.h>

#include "core/plugins/conformance.h"
#include "core/plugins/registry.h"
#include "core/run/event_bus.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"

using namespace fthost;

namespace {

constexpr int kRounds = 200;
const Fingerprint kHost{1, "libstdc++/cxx11", "", ""};

/// What is left of a round when its library is gone: made by the library, owned by the host.
struct Kept {
  std::vector<bool> learns;
  double factor = 0;
  std::string complaint;
  std::vector<Sentence> sentences;
  MetricTable metrics;
};

template <class Interface>
std::shared_ptr<Interface> make(PluginRegistry& registry, const std::string& name, const Options& options = {}) {
  return registry.create<Interface>(*registry.find(Interface::kKind, name), options);
}

Kept use_every_kind() {
  Kept kept;
  PluginRegistry registry(kHost);
  registry.scan(fixture("every_kind.so"));
  Topology topology;
  topology.stages = {{"embeddings", 0}, {"head", 0}};
  topology.tensors = {{"words", {2, 2}, 0}, {"classifier", {2}, 1}};
  kept.learns = make<Freezing>(registry, "top")->learns(topology, {});

  const auto schedule = make<Schedule>(registry, "table", Options({{"factors", std::vector<double>{.25}}}));
  kept.factor = schedule->factor(0, 2);
  try {
    schedule->factor(1, 2);
  } catch (const OptionError& error) {
    kept.complaint = error.option() + ": " + error.what();
  }
  make<Reader>(registry, "words")->read("a file", [&](Sentence&& s) { kept.sentences.push_back(std::move(s)); });

  EventBus events;
  events.add(make<Sink>(registry, "names"), "names", fixture("every_kind.so"));
  events.evaluated({.epoch = 1, .set = "dev"});
  events.evaluated({.epoch = 1, .set = "test"});
  kept.metrics = events.metrics();
  CHECK(is_in_process(fixture("every_kind.so")));
  return kept;
}

}  // namespace

TEST_CASE("a library is loaded, used and unloaded 200 times", "[unit][plugins]") {
  for (int round = 0; round < kRounds; ++round) {
    const auto kept = use_every_kind();
    REQUIRE_FALSE(is_in_process(fixture("every_kind.so")));
    REQUIRE(kept.learns == std::vector<bool>{false, true});
    REQUIRE(kept.factor == .25);
    REQUIRE(kept.complaint == "factors: too few of them");
    REQUIRE(kept.sentences.size() == 1);
    REQUIRE(kept.sentences[0].words == std::vector<std::string>{"a word that is too long for its own object"});
    REQUIRE(kept.metrics.latest("sets_that_were_evaluated_so_far") == 2.0);
  }
}
