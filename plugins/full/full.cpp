#include <fthost/freezing.h>
#include <fthost/plugin.h>

namespace {

class Full final : public fthost::Freezing {
 public:
  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress&) override {
    return std::vector<bool>(topology.tensors.size(), true);
  }
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Full>("full", "Train everything: embeddings, all layers and the head."))
