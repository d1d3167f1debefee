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

/// A product in a smaller number type with a copy of the weight, whose gradient is the weight's. No elements of `bias`
/// mean that there is none.
struct CopiedProduct : torch::autograd::Function<CopiedProduct> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& copy) {
    context->save_for_backward({x, copy});
    context->saved_data["weight_type"] = static_cast<std::int64_t>(weight.scalar_type());
    if (bias.numel() == 0) return at::linear(x, copy);
    return at::linear(x, copy, bias.to(copy.scalar_type()));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto type = static_cast<at::ScalarType>(context->saved_data["weight_type"].toInt());
    const auto d_out = gradients[0].contiguous();
    at::Tensor d_x, d_weight, d_bias;
    if (context->needs_input_grad(0)) d_x = at::mm(d_out, saved[1]);
    if (context->needs_input_grad(1)) d_weight = at::mm(d_out.t(), saved[0]).to(type);
    if (context->needs_input_grad(2)) d_bias = d_out.sum(0, false, type);
    return {d_x, d_weight, d_bias, at::Tensor()};
  }
};

}  // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias) : weight_(std::move(weight)), bias_(std::move(bias)) {}

const at::Tensor& Linear::copy(const Context& context) {
  const auto version = weight_._version();
  const bool fresh = copy_.defined() && copy_.scalar_type() == context.compute && copied_version_ == version &&
                     (!weight_.requires_grad() || copied_step_ == context.step);
  if (!fresh) {
    copy_ = weight_.detach().to(context.compute);
    copied_version_ = version;
    copied_step_ = context.step;
  }
  return copy_;
}

at::Tensor Linear::product(const at::Tensor& x, bool with_bias, const Context& context) {
  const auto rows = x.size(0);
  auto in = x.to(context.compute);
  if (rows < kFewestRows) in = at::constant_pad_nd(in, {0, 0, 0, kFewestRows - rows});
  const auto out =
      weight_.scalar_type() == context.compute
          ? at::linear(in, weight_, with_bias ? std::optional(bias_) : std::nullopt)
          : CopiedProduct::apply(in, weight_, with_bias ? bias_ : at::empty({0}, bias_.options()), copy(context));
  return rows < kFewestRows ? out.narrow(0, 0, rows) : out;
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
