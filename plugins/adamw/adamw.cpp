/// Optimizer `adamw`: Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization",
/// ICLR 2019), as torch.optim.AdamW computes it, or as the AdamW that Transformers had until version 4 did.

#include <ATen/ATen.h>

#include <fthost/optimizer.h>
#include <fthost/plugin.h>

#include <cmath>
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
  std::int64_t steps = 0;  ///< In how many it had a gradient.
};

/// Tensors that take the same step, as LibTorch's fused kernel wants them.
struct Batch {
  std::vector<at::Tensor> values, gradients, first_moments, second_moments;

  void add(const Slot& slot) {
    values.push_back(slot.value);
    gradients.push_back(slot.value.grad());
    first_moments.push_back(slot.first_moment);
    second_moments.push_back(slot.second_moment);
  }
};

class AdamW final : public Optimizer {
 public:
  explicit AdamW(const Options& options)
      : beta1_(options.real("beta1")),
        beta2_(options.real("beta2")),
        epsilon_(options.real("epsilon")),
        weight_decay_(options.real("weight_decay")),
        as_transformers_(options.text("eps_mode") == "transformers") {}

  void set_parameters(std::span<const Parameter> learning) override {
    std::map<std::string, Slot> kept;
    groups_.clear();
    for (const auto& parameter : learning) {
      const auto found = slots_.find(parameter.name);
      auto slot = found != slots_.end() ? found->second : fresh(parameter.value);
      slot.value = parameter.value;
      groups_[parameter.lr_factor].push_back(&kept.emplace(parameter.name, std::move(slot)).first->second);
    }
    slots_ = std::move(kept);  // the nodes move with it: the pointers in groups_ stay good
  }

  void step(double lr, double gradient_scale) override {
    for (auto& [lr_factor, slots] : groups_) {
      // Tensors without a gradient took no part in the step and stay as they are.
      std::map<std::int64_t, Batch> by_steps;
      for (auto* slot : slots)
        if (slot->value.grad().defined()) by_steps[++slot->steps].add(*slot);
      for (auto& [steps, batch] : by_steps) update(batch, steps, lr * lr_factor, gradient_scale);
    }
  }

 private:
  static Slot fresh(const at::Tensor& value) { return {value, at::zeros_like(value), at::zeros_like(value)}; }

  /// The kernel subtracts lr / (1 - beta1^t) * m / (sqrt(v) / c + epsilon), where c = sqrt(1 - beta2^t), after it has
  /// multiplied the value with 1 - lr * weight_decay. Transformers' was lr * c / (1 - beta1^t) * m / (sqrt(v) +
  /// epsilon): the same with epsilon / c for epsilon; and its decay came after the step.
  void update(Batch& batch, std::int64_t steps, double lr, double gradient_scale) const {
    const auto options = batch.values[0].options();
    std::optional<at::Tensor> divisor;  // of the gradients
    if (gradient_scale != 1) divisor = at::full({}, 1 / gradient_scale, options);
    const double correction = std::sqrt(1 - std::pow(beta2_, static_cast<double>(steps)));
    const std::vector counts(batch.values.size(), at::full({}, static_cast<double>(steps), options));
    at::_fused_adamw_(batch.values, batch.gradients, batch.first_moments, batch.second_moments, {}, counts, lr, beta1_,
                      beta2_, as_transformers_ ? 0 : weight_decay_, as_transformers_ ? epsilon_ / correction : epsilon_,
                      false, false, divisor);
    if (as_transformers_ && weight_decay_ != 0) at::_foreach_mul_(batch.values, 1 - lr * weight_decay_);
  }

  double beta1_, beta2_, epsilon_, weight_decay_;
  bool as_transformers_;
  std::map<std::string, Slot> slots_;
  std::map<double, std::vector<Slot*>> groups_;  ///< By the factor of the learning rate; they point into slots_.
};

}  // namespace
}  // namespace fthost::adamw

FTHOST_PLUGIN(fthost::component<fthost::adamw::AdamW>("adamw", "Adam with decoupled weight decay.")
                  .option("beta1", fthost::real().at_least(0).below(1).by_default(.9),
                          "how much of the mean of gradients a step keeps")
                  .option("beta2", fthost::real().at_least(0).below(1).by_default(.999),
                          "how much of the mean of squared gradients a step keeps")
                  .option("epsilon", fthost::real().above(0).by_default(1e-8), "added to the divisor of the update")
                  .option("eps_mode", fthost::text().one_of({"torch", "transformers"}).by_default("torch"),
                          "torch: epsilon counts as much in the first steps as later, as torch.optim.AdamW has it; "
                          "transformers: less at first, as the AdamW of Transformers up to 4 had it")
                  .option("weight_decay", fthost::real().at_least(0).by_default(0),
                          "pulls every learning tensor towards zero, biases and norms included"))
