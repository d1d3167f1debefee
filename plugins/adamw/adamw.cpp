/// Optimizer `adamw`: Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization",
/// ICLR 2019), as torch.optim.AdamW computes it.

#include <ATen/ATen.h>

#include <fthost/optimizer.h>
#include <fthost/plugin.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fthost::adamw {
namespace {

/// A tensor that learns, and what is remembered of its gradients.
struct Slot {
  at::Tensor value;
  at::Tensor first_moment, second_moment;
  at::Tensor steps;  ///< Scalar f32 on the tensor's device, as the fused kernel wants it.
};

class AdamW final : public Optimizer {
 public:
  explicit AdamW(const Options& options)
      : beta1_(options.real("beta1")),
        beta2_(options.real("beta2")),
        epsilon_(options.real("epsilon")),
        weight_decay_(options.real("weight_decay")) {}

  void set_parameters(std::span<const Parameter> learning) override {
    std::map<std::string, Slot> kept;
    groups_.clear();
    for (const auto& parameter : learning) {
      const auto found = slots_.find(parameter.name);
      auto slot = found != slots_.end() ? found->second : fresh(parameter.value);
      slot.value = parameter.value;
      groups_[parameter.lr_factor].push_back(slot);
      kept.emplace(parameter.name, std::move(slot));
    }
    slots_ = std::move(kept);
  }

  void step(double lr, double gradient_scale) override {
    for (auto& [lr_factor, slots] : groups_) step_group(slots, lr * lr_factor, gradient_scale);
  }

 private:
  static Slot fresh(const at::Tensor& value) {
    return {value, at::zeros_like(value), at::zeros_like(value), at::zeros({}, value.options())};
  }

  /// Tensors without a gradient took no part in the step and stay as they are.
  void step_group(std::vector<Slot>& slots, double lr, double gradient_scale) const {
    std::vector<at::Tensor> values, gradients, first_moments, second_moments, steps;
    for (auto& slot : slots) {
      if (!slot.value.grad().defined()) continue;
      values.push_back(slot.value);
      gradients.push_back(slot.value.grad());
      first_moments.push_back(slot.first_moment);
      second_moments.push_back(slot.second_moment);
      steps.push_back(slot.steps);
    }
    if (values.empty()) return;
    at::_foreach_add_(steps, 1);
    std::optional<at::Tensor> divisor;  // the kernel divides by it
    if (gradient_scale != 1) divisor = at::full({}, 1 / gradient_scale, values[0].options());
    at::_fused_adamw_(values, gradients, first_moments, second_moments, {}, steps, lr, beta1_, beta2_, weight_decay_,
                      epsilon_, false, false, divisor);
  }

  double beta1_, beta2_, epsilon_, weight_decay_;
  std::map<std::string, Slot> slots_;
  std::map<double, std::vector<Slot>> groups_;  ///< By the factor of the learning rate; shares the slots' tensors.
};

}  // namespace
}  // namespace fthost::adamw

FTHOST_PLUGIN(fthost::component<fthost::adamw::AdamW>("adamw", "Adam with decoupled weight decay.")
                  .option("beta1", fthost::real().at_least(0).below(1).by_default(.9),
                          "how much of the mean of gradients a step keeps")
                  .option("beta2", fthost::real().at_least(0).below(1).by_default(.999),
                          "how much of the mean of squared gradients a step keeps")
                  .option("epsilon", fthost::real().above(0).by_default(1e-8), "added to the divisor of the update")
                  .option("weight_decay", fthost::real().at_least(0).by_default(0),
                          "pulls every learning tensor towards zero, biases and norms included"))
