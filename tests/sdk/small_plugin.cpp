// As small as a strategy gets: what it costs to compile, and that it loads, is under test.

#include <fthost/freezing.h>
#include <fthost/plugin.h>

namespace {

/// Lets biases learn, in the head and in the last layers.
class Biases final : public fthost::Freezing {
 public:
  explicit Biases(const fthost::Options& options) : layers_(options.integer("layers")) {}

  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress&) override {
    if (layers_ > topology.layers()) throw fthost::OptionError("layers", "the model has fewer layers");
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors)
      learns.push_back(tensor.stage >= topology.head_stage() - layers_ && tensor.name.ends_with("bias"));
    return learns;
  }

 private:
  std::int64_t layers_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Biases>("biases", "Train the biases of the head and of the last layers.")
                  .option("layers", fthost::integer().at_least(0).by_default(3), "layers, counted from the top"))
