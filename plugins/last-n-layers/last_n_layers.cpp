#include <string>

#include <fthost/freezing.h>
#include <fthost/plugin.h>

namespace {

class LastNLayers final : public fthost::Freezing {
 public:
  explicit LastNLayers(const fthost::Options& options)
      : layers_(options.integer("layers")), embeddings_(options.boolean("embeddings")) {}

  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress&) override {
    if (layers_ > topology.layers())
      throw fthost::OptionError("layers", std::to_string(layers_) + " layers are to learn, but the model has " +
                                              std::to_string(topology.layers()));
    const auto first_stage = topology.head_stage() - layers_;
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors)
      learns.push_back(tensor.stage == 0 ? embeddings_ : tensor.stage >= first_stage);
    return learns;
  }

 private:
  std::int64_t layers_;
  bool embeddings_;
};

}  // namespace

FTHOST_PLUGIN(
    fthost::component<LastNLayers>("last-n-layers", "Train the head and the last n layers of the model.")
        .option("layers", fthost::integer().at_least(0).required(), "layers that learn, counted from the top")
        .option("embeddings", fthost::boolean().by_default(false),
                "let the embeddings learn as well; that moves the boundary down to them: there is no prefix then"))
