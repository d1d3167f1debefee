#include <functional>
#include <string>
#include <vector>

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

namespace {

/// What learns in each epoch, as stages_of has it.
std::vector<std::string> epochs_of(Freezing& freezing, int layers, int epochs) {
  std::vector<std::string> all;
  const auto shape = topology(layers);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    Progress progress;
    progress.epoch = epoch;
    progress.epochs = epochs;
    const auto learns = freezing.learns(shape, progress);
    std::string text;
    for (std::size_t i = 0; i < learns.size(); i += 2) text += learns[i] ? 'L' : 'f';
    all.push_back(text);
  }
  return all;
}

std::shared_ptr<Freezing> gradual(std::int64_t start, std::int64_t every, std::int64_t layers, bool embeddings) {
  return make("gradual", Options({{"start", start}, {"every", every}, {"layers", layers}, {"embeddings", embeddings}}));
}

using Names = std::vector<std::string>;

/// What a strategy refuses, as "option: message"; empty when it does not.
std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const OptionError& e) {
    return e.option() + ": " + e.what();
  }
  return "";
}

/// The adaptive strategy after epochs with these gradient norms of the stages (embeddings, layers, head), asked so many
/// times for each.
std::string adaptive_after(double percentile, std::int64_t keep, const std::vector<std::vector<double>>& epochs,
                           int times = 1) {
  const auto freezing = make("adaptive", Options({{"percentile", percentile}, {"keep", keep}}));
  const auto shape = topology(static_cast<int>(epochs.front().size()) - 2);
  std::string text;
  int epoch = 0;
  auto ask = [&](const std::vector<double>& stages) {
    Progress progress;
    progress.epoch = ++epoch;
    // Two tensors a stage, of which the squares add up.
    for (const auto norm : stages)
      progress.gradient_norms.insert(progress.gradient_norms.end(), {0.6 * norm, 0.8 * norm});
    const auto learns = freezing->learns(shape, progress);
    for (int again = 1; again < times; ++again) CHECK(freezing->learns(shape, progress) == learns);
    text.clear();
    for (std::size_t i = 0; i < learns.size(); i += 2) text += learns[i] ? 'L' : 'f';
  };
  ask({});
  for (const auto& stages : epochs) ask(stages);
  return text;
}

}  // namespace

TEST_CASE("freezing by-name learns what it names, and freezes what it names", "[unit][plugins]") {
  const auto learn = make("by-name", Options({{"learn", Names{"^layer\\.1", "head"}}}));
  CHECK(stages_of(*learn, 3) == "ffLfL");
  const auto freeze = make("by-name", Options({{"freeze", Names{"embeddings", "layer\\.[01]\\."}}}));
  CHECK(stages_of(*freeze, 3) == "fffLL");
  const auto both = make("by-name", Options({{"learn", Names{"layer"}}, {"freeze", Names{"layer.2"}}}));
  CHECK(stages_of(*both, 3) == "fLLff");
  const auto biases = make("by-name", Options({{"learn", Names{"bias$"}}}));
  CHECK(biases->learns(topology(1), {}) == std::vector<bool>{false, true, false, true, false, true});
}

TEST_CASE("freezing by-name refuses what cannot be meant", "[unit][plugins]") {
  CHECK(refusal([] { make("by-name"); }) == "learn: give 'learn', 'freeze' or both: without them nothing is chosen");
  CHECK(refusal([] {
          make("by-name", Options({{"freeze", Names{"a("}}}));
        }) == "freeze: 'a(' is no regular expression (of ECMAScript's kind)");
  CHECK(refusal([] {
          make("by-name", Options({{"learn", Names{"lair"}}}))->learns(topology(2), {});
        }) ==
        "learn: 'lair' matches no tensor; they are called 'embeddings.weight' … 'head.bias' ('fthost plan --json' "
        "lists them)");
  CHECK(refusal([] {
          make("by-name", Options({{"freeze", Names{"."}}}))->learns(topology(2), {});
        }) == "freeze: no tensor is left to learn");
}

TEST_CASE("freezing gradual thaws from the top", "[unit][plugins]") {
  CHECK(epochs_of(*gradual(0, 1, 1, false), 2, 4) == Names{"fffL", "ffLL", "fLLL", "fLLL"});
  CHECK(epochs_of(*gradual(1, 2, 1, true), 2, 6) == Names{"ffLL", "ffLL", "fLLL", "fLLL", "LLLL", "LLLL"});
  CHECK(epochs_of(*gradual(0, 1, 3, true), 4, 3) == Names{"fffffL", "ffLLLL", "LLLLLL"});
  CHECK(refusal([] { gradual(3, 1, 1, false)->learns(topology(2), {}); }) ==
        "start: 3 layers are to learn at first, but the model has 2");
}

TEST_CASE("freezing adaptive gives the same answer to who asks twice for an epoch", "[unit][plugins]") {
  const std::vector<std::vector<double>> epochs = {{1, 1, 1, 1, 1}, {1.1, 0.8, 1.5, 0.4, 9}, {0, 0, 1.5, 0.8, 9}};
  for (std::size_t count = 1; count <= epochs.size(); ++count) {
    const std::vector<std::vector<double>> some(epochs.begin(), epochs.begin() + static_cast<std::ptrdiff_t>(count));
    CHECK(adaptive_after(50, 0, some, 3) == adaptive_after(50, 0, some));
  }
}

TEST_CASE("freezing adaptive freezes from the bottom what changes least", "[unit][plugins]") {
  // One epoch says nothing of a change.
  CHECK(adaptive_after(50, 0, {{1, 1, 1, 1, 1}}) == "LLLLL");
  // Changes .1 .2 .5 .6: the median is .35, so the two lowest stages freeze.
  CHECK(adaptive_after(50, 0, {{1, 1, 1, 1, 1}, {1.1, 0.8, 1.5, 0.4, 9}}) == "ffLLL");
  // The lowest one changes most: nothing above it may freeze before it.
  CHECK(adaptive_after(50, 0, {{1, 1, 1, 1, 1}, {9, 1, 1, 1, 1}}) == "LLLLL");
  // Of the two that are left: changes 0 and 1, median .5.
  CHECK(adaptive_after(50, 0, {{1, 1, 1, 1, 1}, {1.1, 0.8, 1.5, 0.4, 9}, {0, 0, 1.5, 0.8, 9}}) == "fffLL");
  // The head goes on learning even when all else stands still; so do the layers that are kept.
  CHECK(adaptive_after(100, 0, {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}}) == "ffffL");
  CHECK(adaptive_after(100, 2, {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}}) == "ffLLL");
  CHECK(refusal([] {
          adaptive_after(50, 4, {{1, 1, 1, 1, 1}});
        }) == "keep: 4 layers are to learn always, but the model has 3");
}
