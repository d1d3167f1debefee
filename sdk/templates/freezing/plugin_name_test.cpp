// Opens the built library as fthost does, and asks the strategy about a model of four layers.

#include <fthost/freezing.h>
#include <fthost/testing.h>

#include <string>

using namespace fthost;

namespace {

/// One letter a stage (embeddings, four layers, head): L when its first tensor learns, f when it is frozen.
std::string stages_of(Freezing& strategy, int epoch) {
  const Topology topology = testing::topology(4);
  Progress progress;
  progress.epoch = epoch;
  progress.epochs = 3;
  const auto learns = strategy.learns(topology, progress);
  std::string text(topology.stages.size(), '?');
  for (std::size_t i = learns.size(); i-- > 0;)
    text[static_cast<std::size_t>(topology.tensors[i].stage)] = learns[i] ? 'L' : 'f';
  return text;
}

}  // namespace

int main(int, char** arguments) {
  return testing::run([&] {
    const auto strategy = testing::open<Freezing>(arguments[1], "plugin-name", "head_epochs = 2\nlayers = 1");
    testing::check(stages_of(*strategy, 0) == "fffffL", "before training the head learns alone");
    testing::check(stages_of(*strategy, 2) == "fffffL", "as long as head_epochs says");
    testing::check(stages_of(*strategy, 3) == "ffffLL", "and then the uppermost layer too");

    const auto at_once = testing::open<Freezing>(arguments[1], "plugin-name", "head_epochs = 0");
    testing::check(stages_of(*at_once, 0) == "fffLLL", "without head_epochs layers learn from the start");

    const auto deep = testing::open<Freezing>(arguments[1], "plugin-name", "layers = 5");
    testing::check(testing::refusal([&] { stages_of(*deep, 0); }) == "5 layers are to learn, but the model has 4",
                   "more layers than there are");
  });
}
