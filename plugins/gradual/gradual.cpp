/// Freezing `gradual`: layers thaw from the top, some every few epochs (Howard and Ruder, "Universal Language Model
/// Fine-tuning for Text Classification", ACL 2018, section 3.3).

#include <fthost/freezing.h>
#include <fthost/plugin.h>

#include <algorithm>
#include <string>

namespace {

class Gradual final : public fthost::Freezing {
 public:
  explicit Gradual(const fthost::Options& options)
      : start_(options.integer("start")),
        every_(options.integer("every")),
        layers_(options.integer("layers")),
        embeddings_(options.boolean("embeddings")) {}

  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress& progress) override {
    if (start_ > topology.layers())
      throw fthost::OptionError("start", std::to_string(start_) + " layers are to learn at first, but the model has " +
                                             std::to_string(topology.layers()));
    const std::int64_t thaws = (std::max(progress.epoch, 1) - 1) / every_;
    // Bounded before it is multiplied: the numbers are the user's.
    const auto wanted = start_ + std::min<std::int64_t>(thaws, topology.layers() + 1) * layers_;
    const auto learning = std::min<std::int64_t>(wanted, topology.layers());
    const bool all = embeddings_ && wanted > topology.layers();
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors)
      learns.push_back(tensor.stage == 0 ? all : tensor.stage >= topology.head_stage() - learning);
    return learns;
  }

 private:
  std::int64_t start_, every_, layers_;
  bool embeddings_;
};

}  // namespace

FTHOST_PLUGIN(
    fthost::component<Gradual>("gradual", "Train the head first and thaw the layers from the top, epoch by epoch.")
        .option("start", fthost::integer().at_least(0).by_default(0), "layers that learn in the first epoch")
        .option("every", fthost::integer().at_least(1).unit("epochs").by_default(1), "epochs between two thaws")
        .option("layers", fthost::integer().at_least(1).at_most(1000).by_default(1), "layers that thaw each time")
        .option("embeddings", fthost::boolean().by_default(false),
                "thaw the embeddings too, once all layers learn and the next thaw is due"))
