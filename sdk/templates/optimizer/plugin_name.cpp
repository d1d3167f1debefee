/// Optimizer `plugin-name`: gradient descent with momentum, as torch.optim.SGD computes it: the velocity v becomes
/// momentum * v + gradient, and the tensor moves by -lr * v.

// One header an operator: that compiles in less time than <ATen/ATen.h>.
#include <ATen/ops/zeros_like.h>
#include <fthost/optimizer.h>
#include <fthost/plugin.h>

#include <map>
#include <string>
#include <vector>

namespace {

class PluginName final : public fthost::Optimizer {
 public:
  // The host has checked the options against their declaration below and filled in the defaults.
  explicit PluginName(const fthost::Options& options) : momentum_(options.real("momentum")) {}

  // Before training, and whenever other tensors learn than before. The tensors share memory with the model.
  void set_parameters(std::span<const fthost::Parameter> learning) override {
    std::map<std::string, at::Tensor> velocities;
    for (const auto& parameter : learning) {
      const auto before = velocities_.find(parameter.name);
      velocities[parameter.name] = before != velocities_.end() ? before->second : at::zeros_like(parameter.value);
    }
    velocities_ = std::move(velocities);
    learning_.assign(learning.begin(), learning.end());
  }

  // Once a step, with autograd off. `gradient_scale` is how clipping reaches the gradients.
  void step(double lr, double gradient_scale) override {
    for (const auto& parameter : learning_) {
      const auto& gradient = parameter.value.grad();
      if (!gradient.defined()) continue;  // it took no part in this step
      auto& velocity = velocities_[parameter.name];
      velocity.mul_(momentum_).add_(gradient, gradient_scale);
      at::Tensor value = parameter.value;
      value.add_(velocity, -lr * parameter.lr_factor);
    }
  }

 private:
  double momentum_;
  std::vector<fthost::Parameter> learning_;
  std::map<std::string, at::Tensor> velocities_;  ///< By the tensor's name: they stay when the list changes.
};

}  // namespace

FTHOST_PLUGIN(fthost::component<PluginName>("plugin-name", "Gradient descent with momentum.")
                  .option("momentum", fthost::real().at_least(0).below(1).by_default(.9),
                          "how much of the last step's movement goes on"))
