#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "sdk/ops/composition.h"
#include "sdk/ops/kernels.h"
#include "sdk/ops/saved_draw.h"

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Runs `work(shape, first row, memory)` for each head of each example, heads outermost: then every thread gets
/// examples of all lengths.
template <class Work>
void for_each_head(const std::vector<std::int64_t>& starts, std::int64_t width, std::int64_t heads,
                   const at::Tensor& row_keys, const Draw& draw, const Work& work) {
  const auto examples = static_cast<std::int64_t>(starts.size()) - 1, size = width / heads;
  std::int64_t longest = 0;
  for (std::size_t e = 0; e + 1 < starts.size(); ++e) longest = std::max(longest, starts[e + 1] - starts[e]);
  const auto needed = attention_scratch(longest, size);
  const auto memory = at::empty({at::get_num_threads(), needed}, at::kFloat);
  auto* const scratch = memory.mutable_data_ptr<float>();
  const auto* const keys = row_keys.const_data_ptr<std::int64_t>();
  at::parallel_for(0, heads * examples, 1, [&](std::int64_t begin, std::int64_t end) {
    auto* const own = scratch + at::get_thread_num() * needed;
    for (auto task = begin; task < end; ++task) {
      const auto example = static_cast<std::size_t>(task % examples);
      const auto row = starts[example];
      work(AttentionShape{starts[example + 1] - row, size, width, task / examples, heads, keys + row, draw}, row, own);
    }
  });
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, std::int64_t heads, const std::vector<std::int64_t>& starts,
                            const at::Tensor& row_keys, const Draw& draw) {
    const auto q = query.contiguous(), k = key.contiguous(), v = value.contiguous();
    const auto width = q.size(1), size = width / heads;
    auto out = at::empty_like(q);
    auto softmax = at::empty({q.size(0), heads, 2}, q.options());
    const auto *qs = q.const_data_ptr<float>(), *ks = k.const_data_ptr<float>(), *vs = v.const_data_ptr<float>();
    auto *outs = out.mutable_data_ptr<float>(), *kept = softmax.mutable_data_ptr<float>();
    for_each_head(starts, width, heads, row_keys, draw,
                  [&](const AttentionShape& shape, std::int64_t row, float* scratch) {
                    const auto at = row * width + shape.head * size;
                    kernels().attention_forward(
                        {shape, qs + at, ks + at, vs + at, outs + at, kept + (row * heads + shape.head) * 2, scratch});
                  });
    context->save_for_backward({q, k, v, softmax, row_keys});
    context->saved_data["heads"] = heads;
    context->saved_data["starts"] = starts;
    keep_draw(*context, draw);
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto heads = context->saved_data["heads"].toInt();
    const auto width = saved[0].size(1), size = width / heads;
    const auto d_out = gradients[0].contiguous();
    const at::Tensor d_query = at::empty_like(saved[0]), d_key = at::empty_like(saved[0]),
                     d_value = at::empty_like(saved[0]);
    const auto *qs = saved[0].const_data_ptr<float>(), *ks = saved[1].const_data_ptr<float>(),
               *vs = saved[2].const_data_ptr<float>(), *kept = saved[3].const_data_ptr<float>(),
               *d_outs = d_out.const_data_ptr<float>();
    auto *d_qs = d_query.mutable_data_ptr<float>(), *d_ks = d_key.mutable_data_ptr<float>(),
         *d_vs = d_value.mutable_data_ptr<float>();
    for_each_head(context->saved_data["starts"].toIntVector(), width, heads, saved[4], kept_draw(*context),
                  [&](const AttentionShape& shape, std::int64_t row, float* scratch) {
                    const auto at = row * width + shape.head * size;
                    kernels().attention_backward({shape, qs + at, ks + at, vs + at, d_outs + at,
                                                  kept + (row * heads + shape.head) * 2, d_qs + at, d_ks + at,
                                                  d_vs + at, scratch});
                  });
    return {d_query, d_key, d_value, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                            double p, const DropoutKey& dropout_key, const Packing& packing, const Context& context) {
  if (!context.training) p = 0;
  if (!has_kernels(query))
    return composition::packed_attention(query, key, value, heads, p, dropout_key, packing, context.compute);
  return PackedAttention::apply(query, key, value, heads, packing.starts, packing.row_keys, make_draw(dropout_key, p));
}

}  // namespace fthost::ops
