#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "sdk/ops/composition.h"
#include "sdk/ops/device_kernels.h"
#include "sdk/ops/elements.h"
#include "sdk/ops/row_parts.h"
#include "sdk/ops/saved_draw.h"

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct NormForward {
  at::Tensor out, normalised, inverse_deviations;
};

template <class T>
void run_forward(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, const at::Tensor& bias,
                 double epsilon, const at::Tensor& row_keys, const Draw& draw, const NormForward& result) {
  const auto rows = x.size(0), columns = x.size(1);
  NormForwardTask<T> all{elements<T>(x),
                         elements<T>(residual),
                         elements<float>(weight),
                         elements<float>(bias),
                         elements<std::int64_t>(row_keys),
                         mutable_elements<T>(result.out),
                         mutable_elements<T>(result.normalised),
                         mutable_elements<float>(result.inverse_deviations),
                         nullptr,
                         rows,
                         columns,
                         static_cast<float>(epsilon),
                         draw};
  if (x.is_cuda()) return device_kernels<T>().norm_forward(all, x.get_device());
  const auto memory = at::empty({at::get_num_threads(), columns}, weight.options());
  all.scratch = mutable_elements<float>(memory);
  at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    auto part = all;
    part.x += begin * columns;
    part.residual += begin * columns;
    part.row_keys += begin;
    part.out += begin * columns;
    part.normalised += begin * columns;
    part.inverse_deviations += begin;
    part.scratch += at::get_thread_num() * columns;
    part.rows = end - begin;
    kernels<T>().norm_forward(part);
  });
}

struct NormBackward {
  at::Tensor d_x, d_residual, d_weight, d_bias;
};

/// `sums`: [2, parts, columns] f32, gradients of weight and bias in parts; undefined when they are not wanted.
template <class T>
void run_backward(const at::Tensor& d_out, const at::Tensor& normalised, const at::Tensor& inverse_deviations,
                  const at::Tensor& weight, const at::Tensor& row_keys, const Draw& draw, const NormBackward& result,
                  const at::Tensor& sums, std::int64_t parts) {
  const auto columns = d_out.size(1);
  const NormBackwardTask<T> all{elements<T>(d_out),
                                elements<T>(normalised),
                                elements<float>(inverse_deviations),
                                elements<float>(weight),
                                elements<std::int64_t>(row_keys),
                                draw.threshold == 0 ? nullptr : mutable_elements<T>(result.d_x),
                                mutable_elements<T>(result.d_residual),
                                sums.defined() ? mutable_elements<float>(sums) : nullptr,
                                sums.defined() ? mutable_elements<float>(sums) + parts * columns : nullptr,
                                d_out.size(0),
                                columns,
                                draw};
  if (d_out.is_cuda()) return device_kernels<T>().norm_backward(all, parts, d_out.get_device());
  for_each_part(all.rows, parts, [&](std::int64_t number, std::int64_t begin, std::int64_t end) {
    auto part = all;
    part.d_out += begin * columns;
    part.normalised += begin * columns;
    part.inverse_deviations += begin;
    part.row_keys += begin;
    if (part.d_x != nullptr) part.d_x += begin * columns;
    part.d_residual += begin * columns;
    if (part.d_weight != nullptr) part.d_weight += number * columns;
    if (part.d_bias != nullptr) part.d_bias += number * columns;
    part.rows = end - begin;
    kernels<T>().norm_backward(part);
  });
}

struct DropoutResidualLayerNorm : torch::autograd::Function<DropoutResidualLayerNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& residual,
                            const at::Tensor& weight, const at::Tensor& bias, double epsilon,
                            const at::Tensor& row_keys, const Draw& draw) {
    const auto in = x.contiguous(), added = residual.contiguous();
    const NormForward result{at::empty_like(in), at::empty_like(in), at::empty({x.size(0)}, weight.options())};
    with_element(in, [&](auto element) {
      run_forward<decltype(element)>(in, added, weight, bias, epsilon, row_keys, draw, result);
    });
    context->save_for_backward({result.normalised, result.inverse_deviations, weight, row_keys});
    keep_draw(*context, draw);
    return result.out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto draw = kept_draw(*context);
    const auto d_out = gradients[0].contiguous();
    NormBackward result{{}, at::empty_like(d_out), {}, {}};
    result.d_x = draw.threshold == 0 ? result.d_residual : at::empty_like(d_out);
    const auto parts = count_parts(d_out);
    at::Tensor sums;
    if (context->needs_input_grad(2) || context->needs_input_grad(3))
      sums = at::zeros({2, parts, d_out.size(1)}, saved[2].options());
    with_element(d_out, [&](auto element) {
      run_backward<decltype(element)>(d_out, saved[0], saved[1], saved[2], saved[3], draw, result, sums, parts);
    });
    if (sums.defined()) {
      result.d_weight = sums[0].sum(0);
      result.d_bias = sums[1].sum(0);
    }
    return {result.d_x, result.d_residual, result.d_weight, result.d_bias, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                       const at::Tensor& bias, double epsilon, double p, const DropoutKey& key,
                                       const Packing& packing, bool training) {
  if (!training) p = 0;
  if (!has_kernels(x) || (x.is_cuda() && x.size(1) > kMostNormColumns))
    return composition::dropout_residual_layer_norm(x, residual, weight, bias, epsilon, p, key, packing);
  return DropoutResidualLayerNorm::apply(x, residual.to(x.scalar_type()), weight.to(at::kFloat).contiguous(),
                                         bias.to(at::kFloat).contiguous(), epsilon, packing.row_keys,
                                         make_draw(key, p));
}

}  // namespace fthost::ops
