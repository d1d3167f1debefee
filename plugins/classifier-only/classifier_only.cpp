#include <fthost/freezing.h>
#include <fthost/plugin.h>

namespace {

class ClassifierOnly final : public fthost::Freezing {
 public:
  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress&) override {
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors) learns.push_back(tensor.stage == topology.head_stage());
    return learns;
  }
};

}  // namespace

FTHOST_PLUGIN(fthost::component<ClassifierOnly>("classifier-only", "Train the head only; the model stays as it is."))
