#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Gather : torch::autograd::Function<Gather> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& table, const at::Tensor& ids) {
    context->save_for_backward({ids});
    context->saved_data["entries"] = table.size(0);
    return table.index_select(0, ids);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto ids = context->get_saved_variables()[0];
    const auto entries = context->saved_data["entries"].toInt();
    // A row that is taken a thousand times in bf16 would soon be too large for what is added.
    const auto type = gradients[0].scalar_type(), wide = type == at::kBFloat16 ? at::kFloat : type;
    auto gradient = at::zeros({entries, gradients[0].size(1)}, gradients[0].options().dtype(wide));
    gradient.index_add_(0, ids, gradients[0].to(wide));
    return {gradient.to(type), at::Tensor()};
  }
};

}  // namespace

at::Tensor embedding(const at::Tensor& table, const at::Tensor& ids) {
  return Gather::apply(table, ids);
}

}  // namespace fthost::ops
