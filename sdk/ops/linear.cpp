#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// With this many rows or more, a matrix product on the CPU gives a row the same bits whatever the other rows are.
constexpr std::int64_t kFewestRows = 16;

/// The gradient of a weight of that number type. On a device LibTorch has products of bf16 that give f32, unrounded.
at::Tensor weight_gradient(const at::Tensor& d_out, const at::Tensor& x, at::ScalarType type) {
  const bool widens = type == at::kFloat && x.scalar_type() == at::kBFloat16;
  if (x.is_cuda() && widens && x.numel() > 0) return at::mm(d_out.t(), x, type);
  return at::mm(d_out.t(), x).to(type);
}

/// A product in a smaller number type with copies of weight and bias, whose gradients are those of weight and bias. No
/// elements of `bias` mean that there is none.
struct CopiedProduct : torch::autograd::Function<CopiedProduct> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& weight_copy, const at::Tensor& bias_copy) {
    context->save_for_backward({x, weight_copy});
    context->saved_data["weight_type"] = static_cast<std::int64_t>(weight.scalar_type());
    if (bias.numel() == 0) return at::linear(x, weight_copy);
    return at::linear(x, weight_copy, bias_copy);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto type = static_cast<at::ScalarType>(context->saved_data["weight_type"].toInt());
    const auto d_out = gradients[0].contiguous();
    at::Tensor d_x, d_weight, d_bias;
    if (context->needs_input_grad(0)) d_x = at::mm(d_out, saved[1]);
    if (context->needs_input_grad(1)) d_weight = weight_gradient(d_out, saved[0], type);
    if (context->needs_input_grad(2)) d_bias = d_out.sum(0, false, type);
    return {d_x, d_weight, d_bias, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias) : weight_(std::move(weight)), bias_(std::move(bias)) {}

const at::Tensor& Linear::copied(const at::Tensor& tensor, Copy& copy, const Context& context) {
  const std::int64_t version = tensor._version();
  const bool fresh = copy.value.defined() && copy.value.scalar_type() == context.compute && copy.version == version &&
                     (!tensor.requires_grad() || copy.step == context.step);
  if (!fresh) copy = {tensor.detach().to(context.compute), version, context.step};
  return copy.value;
}

at::Tensor Linear::product(const at::Tensor& x, bool with_bias, const Context& context) {
  const auto rows = x.size(0);
  const bool fill_up = x.is_cpu() && rows < kFewestRows;
  auto in = x.to(context.compute);
  if (fill_up) in = at::constant_pad_nd(in, {0, 0, 0, kFewestRows - rows});
  at::Tensor out;
  if (weight_.scalar_type() == context.compute) {
    out = at::linear(in, weight_, with_bias ? std::optional(bias_) : std::nullopt);
  } else {
    const auto bias = with_bias ? bias_ : at::empty({0}, bias_.options());
    out = CopiedProduct::apply(in, weight_, bias, copied(weight_, weight_copy_, context),
                               with_bias ? copied(bias_, bias_copy_, context) : bias);
  }
  return fill_up ? out.narrow(0, 0, rows) : out;
}

at::Tensor Linear::operator()(const at::Tensor& x, const Context& context) {
  return product(x, true, context);
}

at::Tensor Linear::gelu(const at::Tensor& x, Gelu form, const Context& context) {
  return bias_gelu(product(x, false, context), bias_, form);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType compute) {
  return Linear(weight, bias)(x, {.compute = compute});
}

}  // namespace fthost::ops
