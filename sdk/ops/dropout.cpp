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

template <class T>
void drop_rows(const at::Tensor& x, const at::Tensor& row_keys, const at::Tensor& out, const Draw& draw) {
  const auto columns = x.size(1);
  const DropoutTask<T> all{
      elements<T>(x), elements<std::int64_t>(row_keys), mutable_elements<T>(out), x.size(0), columns, draw};
  if (x.is_cuda()) return device_kernels<T>().dropout(all, x.get_device());
  at::parallel_for(0, all.rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    auto part = all;
    part.x += begin * columns;
    part.row_keys += begin;
    part.out += begin * columns;
    part.rows = end - begin;
    kernels<T>().dropout(part);
  });
}

at::Tensor drop(const at::Tensor& x, const at::Tensor& row_keys, const Draw& draw) {
  auto out = at::empty_like(x);
  with_element(x, [&](auto element) { drop_rows<decltype(element)>(x, row_keys, out, draw); });
  return out;
}

struct Dropout : torch::autograd::Function<Dropout> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& row_keys,
                            const Draw& draw) {
    context->save_for_backward({row_keys});
    keep_draw(*context, draw);
    return drop(x.contiguous(), row_keys, draw);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto row_keys = context->get_saved_variables()[0];
    return {drop(gradients[0].contiguous(), row_keys, kept_draw(*context)), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing, bool training) {
  if (!training || p == 0) return x;
  if (!has_kernels(x)) return composition::dropout(x, p, key, packing);
  return Dropout::apply(x, packing.row_keys, make_draw(key, p));
}

}  // namespace fthost::ops
