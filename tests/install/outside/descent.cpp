#include <ATen/ops/add.h>
#include <fthost/optimizer.h>
#include <fthost/plugin.h>

#include <vector>

namespace {

/// Plain gradient descent.
class Descent final : public fthost::Optimizer {
 public:
  void set_parameters(std::span<const fthost::Parameter> learning) override {
    learning_.assign(learning.begin(), learning.end());
  }

  void step(double lr, double gradient_scale) override {
    for (auto& parameter : learning_)
      if (const auto& gradient = parameter.value.grad(); gradient.defined())
        parameter.value.add_(gradient, -lr * parameter.lr_factor * gradient_scale);
  }

 private:
  std::vector<fthost::Parameter> learning_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Descent>("descent", "Plain gradient descent."))
