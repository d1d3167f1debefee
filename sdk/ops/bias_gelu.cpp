#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "sdk/ops/composition.h"
#include "sdk/ops/device_kernels.h"
#include "sdk/ops/elements.h"
#include "sdk/ops/row_parts.h"

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class T>
void run_forward(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& out, bool tanh_form) {
  const auto columns = x.size(1);
  const GeluForwardTask<T> all{elements<T>(x), elements<float>(bias), mutable_elements<T>(out), x.size(0), columns,
                               tanh_form};
  if (x.is_cuda()) return device_kernels<T>().gelu_forward(all, x.get_device());
  at::parallel_for(0, all.rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    auto part = all;
    part.x += begin * columns;
    part.out += begin * columns;
    part.rows = end - begin;
    kernels<T>().gelu_forward(part);
  });
}

/// `d_bias` [parts, columns] f32: sums of each part; undefined when it is not wanted.
template <class T>
void run_backward(const at::Tensor& d_out, const at::Tensor& x, const at::Tensor& bias, const at::Tensor& d_x,
                  const at::Tensor& d_bias, std::int64_t parts, bool tanh_form) {
  const auto columns = x.size(1);
  const GeluBackwardTask<T> all{elements<T>(d_out),
                                elements<T>(x),
                                elements<float>(bias),
                                mutable_elements<T>(d_x),
                                d_bias.defined() ? mutable_elements<float>(d_bias) : nullptr,
                                x.size(0),
                                columns,
                                tanh_form};
  if (x.is_cuda()) return device_kernels<T>().gelu_backward(all, parts, x.get_device());
  for_each_part(x.size(0), parts, [&](std::int64_t number, std::int64_t begin, std::int64_t end) {
    auto part = all;
    part.d_out += begin * columns;
    part.x += begin * columns;
    part.d_x += begin * columns;
    if (part.d_bias != nullptr) part.d_bias += number * columns;
    part.rows = end - begin;
    kernels<T>().gelu_backward(part);
  });
}

struct BiasGelu : torch::autograd::Function<BiasGelu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& bias, bool tanh_form) {
    const auto in = x.contiguous(), added = bias.contiguous();
    auto out = at::empty_like(in);
    with_element(in, [&](auto element) { run_forward<decltype(element)>(in, added, out, tanh_form); });
    context->save_for_backward({in, added});
    context->saved_data["tanh_form"] = tanh_form;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto d_out = gradients[0].contiguous();
    const auto d_x = at::empty_like(d_out);
    const auto parts = count_parts(d_out);
    at::Tensor sums;
    if (context->needs_input_grad(1)) sums = at::zeros({parts, d_out.size(1)}, saved[1].options());
    with_element(d_out, [&](auto element) {
      run_backward<decltype(element)>(d_out, saved[0], saved[1], d_x, sums, parts,
                                      context->saved_data["tanh_form"].toBool());
    });
    return {d_x, sums.defined() ? sums.sum(0) : at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor bias_gelu(const at::Tensor& x, const at::Tensor& bias, Gelu form) {
  if (!has_kernels(x)) return composition::bias_gelu(x, bias, form);
  return BiasGelu::apply(x, bias.to(at::kFloat), form == Gelu::tanh);
}

}  // namespace fthost::ops
