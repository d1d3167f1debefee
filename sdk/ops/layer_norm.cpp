#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "sdk/ops/composition.h"
#include "sdk/ops/kernels.h"
#include "sdk/ops/saved_draw.h"

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kRowsPerTask = 16;

struct NormForward {
  at::Tensor out, normalised, inverse_deviations;
};

NormForward run_forward(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                        const at::Tensor& bias, double epsilon, const at::Tensor& row_keys, const Draw& draw) {
  const auto rows = x.size(0), columns = x.size(1);
  NormForward result{at::empty_like(x), at::empty_like(x), at::empty({rows}, x.options())};
  const auto* const in = x.const_data_ptr<float>();
  const auto* const added = residual.const_data_ptr<float>();
  const auto* const keys = row_keys.const_data_ptr<std::int64_t>();
  auto* const out = result.out.mutable_data_ptr<float>();
  auto* const normalised = result.normalised.mutable_data_ptr<float>();
  auto* const inverse = result.inverse_deviations.mutable_data_ptr<float>();
  at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    const auto start = begin * columns;
    kernels().norm_forward({in + start, added + start, weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                            keys + begin, out + start, normalised + start, inverse + begin, end - begin, columns,
                            static_cast<float>(epsilon), draw});
  });
  return result;
}

struct NormBackward {
  at::Tensor d_x, d_residual, d_weight, d_bias;
};

/// Sums over rows are made in one part a thread and then added, so that they depend on the number of threads only.
NormBackward run_backward(const at::Tensor& d_out, const at::Tensor& normalised, const at::Tensor& inverse_deviations,
                          const at::Tensor& weight, const at::Tensor& row_keys, const Draw& draw, bool weight_learns) {
  const auto rows = d_out.size(0), columns = d_out.size(1);
  const auto parts = std::clamp<std::int64_t>(rows / kRowsPerTask, 1, at::get_num_threads());
  NormBackward result;
  result.d_residual = at::empty_like(d_out);
  result.d_x = draw.threshold == 0 ? result.d_residual : at::empty_like(d_out);
  const auto sums = at::zeros({2, parts, columns}, d_out.options());
  const auto* const d = d_out.const_data_ptr<float>();
  const auto* const n = normalised.const_data_ptr<float>();
  const auto* const inverse = inverse_deviations.const_data_ptr<float>();
  const auto* const keys = row_keys.const_data_ptr<std::int64_t>();
  auto* const d_x = draw.threshold == 0 ? nullptr : result.d_x.mutable_data_ptr<float>();
  auto* const d_residual = result.d_residual.mutable_data_ptr<float>();
  auto* const d_weight = weight_learns ? sums.mutable_data_ptr<float>() : nullptr;
  at::parallel_for(0, parts, 1, [&](std::int64_t first_part, std::int64_t last_part) {
    for (auto part = first_part; part < last_part; ++part) {
      const auto begin = rows * part / parts, start = begin * columns;
      auto* const d_weight_part = d_weight == nullptr ? nullptr : d_weight + part * columns;
      kernels().norm_backward({d + start, n + start, inverse + begin, weight.const_data_ptr<float>(), keys + begin,
                               d_x == nullptr ? nullptr : d_x + start, d_residual + start, d_weight_part,
                               d_weight == nullptr ? nullptr : d_weight_part + parts * columns,
                               rows * (part + 1) / parts - begin, columns, draw});
    }
  });
  if (weight_learns) {
    result.d_weight = sums[0].sum(0);
    result.d_bias = sums[1].sum(0);
  }
  return result;
}

struct DropoutResidualLayerNorm : torch::autograd::Function<DropoutResidualLayerNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& residual,
                            const at::Tensor& weight, const at::Tensor& bias, double epsilon,
                            const at::Tensor& row_keys, const Draw& draw) {
    const auto result = run_forward(x.contiguous(), residual.contiguous(), weight, bias, epsilon, row_keys, draw);
    context->save_for_backward({result.normalised, result.inverse_deviations, weight, row_keys});
    keep_draw(*context, draw);
    return result.out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const bool weight_learns = context->needs_input_grad(2) || context->needs_input_grad(3);
    const auto result = run_backward(gradients[0].contiguous(), saved[0], saved[1], saved[2], saved[3],
                                     kept_draw(*context), weight_learns);
    return {result.d_x, result.d_residual, result.d_weight, result.d_bias, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                       const at::Tensor& bias, double epsilon, double p, const DropoutKey& key,
                                       const Packing& packing, bool training) {
  if (!training) p = 0;
  if (!has_kernels(x))
    return at::layer_norm(dropout(x, p, key, packing, training) + residual, {x.size(1)}, weight, bias, epsilon);
  return DropoutResidualLayerNorm::apply(x, residual, weight, bias, epsilon, packing.row_keys, make_draw(key, p));
}

}  // namespace fthost::ops
