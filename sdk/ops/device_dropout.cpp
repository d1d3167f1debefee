#include "sdk/ops/device_dropout.h"

#include <torch/csrc/autograd/custom_function.h>

#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

struct DeviceDropout : public torch::autograd::Function<DeviceDropout> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& row_keys,
                            const Draw& draw) {
    context->save_for_backward({row_keys});
    context->saved_data["stream"] = static_cast<std::int64_t>(draw.stream);
    context->saved_data["threshold"] = static_cast<std::int64_t>(draw.threshold);
    context->saved_data["scale"] = static_cast<double>(draw.scale);
    return device_kernels().dropout(x, row_keys, draw);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const Draw draw{static_cast<std::uint64_t>(context->saved_data["stream"].toInt()),
                    static_cast<std::uint32_t>(context->saved_data["threshold"].toInt()),
                    static_cast<float>(context->saved_data["scale"].toDouble())};
    const auto row_keys = context->get_saved_variables()[0];
    return {device_kernels().dropout(gradients[0].contiguous(), row_keys, draw), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool has_device_dropout(const at::Tensor& x) {
  return x.is_cuda() && x.scalar_type() == at::kFloat && x.is_contiguous() && device_kernels().dropout != nullptr;
}

at::Tensor device_dropout(const at::Tensor& x, const at::Tensor& row_keys, const Draw& draw) {
  return DeviceDropout::apply(x, row_keys, draw);
}

}  // namespace fthost::ops
