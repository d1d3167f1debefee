/// Freezing `plugin-name`: the head learns alone first, then the upper layers with it. Layers that learn under a head
/// of random weights are pulled away from what they know (Kumar et al., "Fine-tuning can distort pretrained features
/// and underperform out-of-distribution", ICLR 2022).

#include <fthost/freezing.h>
#include <fthost/plugin.h>

#include <string>
#include <vector>

namespace {

class PluginName final : public fthost::Freezing {
 public:
  // The host has checked the options against their declaration below and filled in the defaults.
  explicit PluginName(const fthost::Options& options)
      : head_epochs_(options.integer("head_epochs")), layers_(options.integer("layers")) {}

  // Asked before training, when progress.epoch is 0, and again before every epoch; answers for what is to come.
  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress& progress) override {
    // What only the model can tell: the host shows this with the option's line in the pipeline file.
    if (layers_ > topology.layers())
      throw fthost::OptionError("layers", std::to_string(layers_) + " layers are to learn, but the model has " +
                                              std::to_string(topology.layers()));
    const bool head_only = progress.epoch <= head_epochs_ && head_epochs_ > 0;
    // Stages are the embeddings (0), the layers, and the head.
    const auto first_stage = topology.head_stage() - (head_only ? 0 : layers_);

    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors) learns.push_back(tensor.stage >= first_stage);
    return learns;
  }

 private:
  std::int64_t head_epochs_;
  std::int64_t layers_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<PluginName>("plugin-name", "Train the head alone first, then the upper layers with it.")
                  .option("head_epochs", fthost::integer().at_least(0).by_default(1).unit("epochs"),
                          "how long the head learns alone")
                  .option("layers", fthost::integer().at_least(1).by_default(2),
                          "layers that learn then, counted from the top"))
