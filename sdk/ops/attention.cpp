#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <fthost/error.h>

#include <algorithm>
#include <vector>

#include "sdk/ops/composition.h"
#include "sdk/ops/elements.h"
#include "sdk/ops/flash_attention.h"
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

/// What attention keeps from the forward to the backward pass, in this order.
struct Kept {
  at::Tensor query, key, value;
  at::Tensor softmax;  ///< [rows, heads, 2] f32.
  at::Tensor row_keys;
};

template <class T>
void run_forward(const Kept& kept, const std::vector<std::int64_t>& starts, const Draw& draw, const at::Tensor& out) {
  const auto heads = kept.softmax.size(1), width = kept.query.size(1), size = width / heads;
  const auto *query = elements<T>(kept.query), *key = elements<T>(kept.key), *value = elements<T>(kept.value);
  auto* const outs = mutable_elements<T>(out);
  auto* const softmax = mutable_elements<float>(kept.softmax);
  for_each_head(
      starts, width, heads, kept.row_keys, draw, [&](const AttentionShape& shape, std::int64_t row, float* scratch) {
        const auto at = row * width + shape.head * size;
        kernels<T>().attention_forward(
            {shape, query + at, key + at, value + at, outs + at, softmax + (row * heads + shape.head) * 2, scratch});
      });
}

/// `d`: gradients of query, key and value.
template <class T>
void run_backward(const Kept& kept, const at::Tensor& d_out, const std::vector<std::int64_t>& starts, const Draw& draw,
                  const std::vector<at::Tensor>& d) {
  const auto heads = kept.softmax.size(1), width = kept.query.size(1), size = width / heads;
  const auto *query = elements<T>(kept.query), *key = elements<T>(kept.key), *value = elements<T>(kept.value),
             *d_outs = elements<T>(d_out);
  const auto* const softmax = elements<float>(kept.softmax);
  auto *d_query = mutable_elements<T>(d[0]), *d_key = mutable_elements<T>(d[1]), *d_value = mutable_elements<T>(d[2]);
  for_each_head(starts, width, heads, kept.row_keys, draw,
                [&](const AttentionShape& shape, std::int64_t row, float* scratch) {
                  const auto at = row * width + shape.head * size;
                  kernels<T>().attention_backward({shape, query + at, key + at, value + at, d_outs + at,
                                                   softmax + (row * heads + shape.head) * 2, d_query + at, d_key + at,
                                                   d_value + at, scratch});
                });
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, std::int64_t heads, const std::vector<std::int64_t>& starts,
                            const at::Tensor& row_keys, const Draw& draw) {
    const Kept kept{query.contiguous(), key.contiguous(), value.contiguous(),
                    at::empty({query.size(0), heads, 2}, query.options().dtype(at::kFloat)), row_keys};
    auto out = at::empty_like(kept.query);
    with_element(out, [&](auto element) { run_forward<decltype(element)>(kept, starts, draw, out); });
    context->save_for_backward({kept.query, kept.key, kept.value, kept.softmax, kept.row_keys});
    context->saved_data["starts"] = starts;
    keep_draw(*context, draw);
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Kept kept{saved[0], saved[1], saved[2], saved[3], saved[4]};
    const auto d_out = gradients[0].contiguous();
    const std::vector<at::Tensor> d = {at::empty_like(d_out), at::empty_like(d_out), at::empty_like(d_out)};
    with_element(d_out, [&](auto element) {
      run_backward<decltype(element)>(kept, d_out, context->saved_data["starts"].toIntVector(), kept_draw(*context), d);
    });
    return {d[0], d[1], d[2], at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                            double p, const DropoutKey& dropout_key, const Packing& packing, bool training) {
  for (const auto* other : {&key, &value})
    if (other->scalar_type() != query.scalar_type() || other->sizes() != query.sizes())
      throw Error("query, key and value must have one number type and shape");
  if (query.size(0) != packing.rows() || heads < 1 || query.size(1) % heads != 0)
    throw Error("query must have the packing's rows, and its columns must divide among the heads");
  if (!training) p = 0;
  if (has_flash_attention(query, heads)) return flash_attention(query, key, value, heads, p, dropout_key, packing);
  if (!query.is_cpu() || !has_kernels(query))
    return composition::packed_attention(query, key, value, heads, p, dropout_key, packing);
  return PackedAttention::apply(query, key, value, heads, packing.starts, packing.row_keys, make_draw(dropout_key, p));
}

}  // namespace fthost::ops
