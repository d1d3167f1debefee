#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "sdk/ops/composition.h"
#include "sdk/ops/device_dropout.h"
#include "sdk/ops/kernels.h"
#include "sdk/ops/saved_draw.h"

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kRowsPerTask = 16;

at::Tensor drop_rows(const at::Tensor& x, const at::Tensor& row_keys, const Draw& draw) {
  const auto columns = x.size(1);
  auto out = at::empty_like(x);
  const DropoutTask all{x.const_data_ptr<float>(),
                        row_keys.const_data_ptr<std::int64_t>(),
                        out.mutable_data_ptr<float>(),
                        x.size(0),
                        columns,
                        draw};
  at::parallel_for(0, all.rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    auto part = all;
    part.x += begin * columns;
    part.row_keys += begin;
    part.out += begin * columns;
    part.rows = end - begin;
    kernels().dropout(part);
  });
  return out;
}

struct Dropout : torch::autograd::Function<Dropout> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& row_keys,
                            const Draw& draw) {
    context->save_for_backward({row_keys});
    keep_draw(*context, draw);
    return drop_rows(x.contiguous(), row_keys, draw);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto row_keys = context->get_saved_variables()[0];
    return {drop_rows(gradients[0].contiguous(), row_keys, kept_draw(*context)), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing, bool training) {
  if (!training || p == 0) return x;
  if (has_device_dropout(x)) return device_dropout(x, packing.row_keys, make_draw(key, p));
  if (!has_kernels(x)) return composition::dropout(x, p, key, packing);
  return Dropout::apply(x, packing.row_keys, make_draw(key, p));
}

}  // namespace fthost::ops
