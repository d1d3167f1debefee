#include "sdk/ops/flash_attention.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>
#include <optional>
#include <vector>

#include "sdk/ops/composition.h"
#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The device's generator, from which LibTorch's kernels draw, begins anew at `seed`; afterwards it goes on from where
/// it was, so that nothing else depends on attention.
class Reseeded {
 public:
  Reseeded(at::Device device, std::uint64_t seed) : generator_(at::globalContext().defaultGenerator(device)) {
    const std::lock_guard lock(generator_.mutex());
    seed_ = generator_.current_seed();
    offset_ = generator_.get_offset();
    generator_.set_current_seed(seed);
    generator_.set_offset(0);
  }
  ~Reseeded() {
    const std::lock_guard lock(generator_.mutex());
    generator_.set_current_seed(seed_);
    generator_.set_offset(offset_);
  }
  Reseeded(const Reseeded&) = delete;
  Reseeded& operator=(const Reseeded&) = delete;

 private:
  at::Generator generator_;
  std::uint64_t seed_ = 0, offset_ = 0;
};

/// As the kernels want them: int32, on the device. From memory that the device reads by itself, so that nobody waits.
at::Tensor copy_starts(const std::vector<std::int64_t>& starts, at::Device device) {
  const auto here =
      at::empty({static_cast<std::int64_t>(starts.size())}, at::TensorOptions(at::kInt).pinned_memory(true));
  auto* next = here.mutable_data_ptr<int>();
  for (const auto start : starts) *next++ = static_cast<int>(start);
  return here.to(device, at::kInt, /*non_blocking=*/true);
}

/// Starts are copied once a batch, and not by each layer.
struct LastStarts {
  std::vector<std::int64_t> starts;
  at::Tensor there;
};

at::Tensor starts_on(const std::vector<std::int64_t>& starts, at::Device device) {
  // One a thread, never freed: when a thread ends, CUDA may be gone.
  thread_local auto* const last = new LastStarts;
  if (!last->there.defined() || last->there.device() != device || last->starts != starts)
    *last = {starts, copy_starts(starts, device)};
  return last->there;
}

/// LibTorch's backward pass adds in a fixed order when deterministic algorithms are asked for, but not when LibTorch is
/// only to warn of other operators: while this lives, it is to refuse them. The request is the process's; the thread of
/// the forward pass waits while a backward pass runs.
class InFixedOrder {
 public:
  InFixedOrder()
      : changed_(at::globalContext().deterministicAlgorithms() &&
                 at::globalContext().deterministicAlgorithmsWarnOnly()) {
    if (changed_) at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  }
  ~InFixedOrder() {
    if (changed_) at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  }
  InFixedOrder(const InFixedOrder&) = delete;
  InFixedOrder& operator=(const InFixedOrder&) = delete;

 private:
  bool changed_;
};

/// LibTorch's pair of passes. query, key, value: [rows, heads, size]. Its own autograd would do but for the order.
struct FlashAttention : torch::autograd::Function<FlashAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, const at::Tensor& starts, std::int64_t longest, double p) {
    const auto [out, logsumexp, generator_state, unused, mask] =
        at::_flash_attention_forward(query, key, value, starts, starts, longest, longest, p, /*is_causal=*/false,
                                     /*return_debug_mask=*/false);
    context->save_for_backward({query, key, value, out, logsumexp, starts, generator_state, unused});
    context->saved_data["longest"] = longest;
    context->saved_data["p"] = p;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &out = saved[3], &logsumexp = saved[4], &starts = saved[5], &generator_state = saved[6];
    const auto longest = context->saved_data["longest"].toInt();
    const InFixedOrder in_fixed_order;
    const auto [d_query, d_key, d_value] = at::_flash_attention_backward(
        gradients[0], saved[0], saved[1], saved[2], out, logsumexp, starts, starts, longest, longest,
        context->saved_data["p"].toDouble(), /*is_causal=*/false, generator_state, saved[7]);
    return {d_query, d_key, d_value, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool has_flash_attention(const at::Tensor& query, std::int64_t heads) {
  // Larger heads have a backward pass on some cards only.
  constexpr std::int64_t most = 192;
  const auto size = query.size(1) / heads;
  return query.is_cuda() && query.scalar_type() == at::kBFloat16 && has_device_kernels() && query.size(0) > 0 &&
         size % 8 == 0 && size <= most;
}

at::Tensor flash_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                           double p, const DropoutKey& dropout_key, const Packing& packing) {
  const auto draw = make_draw(dropout_key, p);
  const auto starts = starts_on(packing.starts, query.device());
  const auto by_head = [&](const at::Tensor& x) { return x.reshape({x.size(0), heads, x.size(1) / heads}); };
  std::optional<Reseeded> reseeded;
  if (draw.threshold != 0) reseeded.emplace(query.device(), draw.stream);
  const auto attended = FlashAttention::apply(by_head(query), by_head(key), by_head(value), starts, packing.longest,
                                              draw.threshold == 0 ? 0. : p);
  return attended.reshape(query.sizes());
}

}  // namespace fthost::ops
