#pragma once

/// Parameter tensors by name, and the ability to look at them. Needs tensors.

#include <ATen/core/Tensor.h>

#include <span>
#include <string>

#include <fthost/version.h>

namespace fthost {

/// A parameter of the model or its head. The tensor shares memory with the model: do not change it unless you are the
/// optimizer.
struct Parameter {
  std::string name;  ///< As in the topology.
  at::Tensor value;  ///< f32, contiguous, on the run's device. Its gradient is value.grad(), undefined when frozen.
  bool learns = false;
  double lr_factor = 1;  ///< What the run's learning rate is multiplied with for this tensor.
};

/// Optional ability of a sink (dynamic_cast): sees all parameters, on the training thread, without gradients.
class FTHOST_API ParameterListener {
 public:
  virtual ~ParameterListener() = default;

  /// Before the first step of an epoch, after epoch_started: frozen tensors may have begun to learn.
  virtual void before_epoch(int epoch, std::span<const Parameter> parameters) = 0;
  /// After the last step of an epoch, before epoch_trained.
  virtual void after_epoch(int epoch, std::span<const Parameter> parameters) = 0;
};

}  // namespace fthost
