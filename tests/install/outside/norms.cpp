#include <fthost/freezing.h>
#include <fthost/plugin.h>

namespace {

/// The head, and in all other stages the layer norms alone.
class Norms final : public fthost::Freezing {
 public:
  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress&) override {
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors)
      learns.push_back(tensor.stage == topology.head_stage() || tensor.name.find("LayerNorm") != std::string::npos);
    return learns;
  }
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Norms>("norms", "Train the head and all layer norms."))
