#pragma once

/// Kind `optimizer`: the update. Needs tensors.

#include <span>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/options.h>
#include <fthost/parameters.h>

namespace fthost {

/// Called on the training thread only, with autograd off. Sees learning tensors only.
class FTHOST_API Optimizer : public Component {
 public:
  static constexpr Kind kKind = Kind::optimizer;
  ~Optimizer() override = default;

  /// The tensors that learn from now on; called before training and whenever the plan changes. State of tensors that
  /// stay is kept (by name), of those that left is dropped, of new ones starts at zero. Keeps what it needs of the
  /// list, not the list.
  virtual void set_parameters(std::span<const Parameter> learning) = 0;

  /// One update of all tensors, in place, from their gradients, which are read as gradient * `gradient_scale` (clipping
  /// comes in through it) and are the engine's to clear. A tensor whose gradient is undefined took no part in the step.
  /// `lr` is the learning rate of this step, schedule included; a tensor's own is lr * its lr_factor. Once per step.
  virtual void step(double lr, double gradient_scale) = 0;
};

}  // namespace fthost
