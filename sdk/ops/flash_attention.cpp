#include "sdk/ops/flash_attention.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>

#include <mutex>
#include <optional>
#include <vector>

#include "sdk/ops/composition.h"
#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

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
  const auto attended = at::_flash_attention_forward(by_head(query), by_head(key), by_head(value), starts, starts,
                                                     packing.longest, packing.longest, draw.threshold == 0 ? 0 : p,
                                                     /*is_causal=*/false, /*return_debug_mask=*/false);
  return std::get<0>(attended).reshape(query.sizes());
}

}  // namespace fthost::ops
