#include "sdk/ops/composition.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <string>

#include <fthost/error.h>

#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

/// mix_words, element by element; int64 tensors wrap around as unsigned words do.
at::Tensor mix_tensors(const at::Tensor& a, const at::Tensor& b) {
  // LibTorch shifts copies of the sign in; a logical shift has zeros there.
  const auto shifted = [](const at::Tensor& z, int bits) {
    return z.bitwise_right_shift(bits).bitwise_and(static_cast<std::int64_t>(~std::uint64_t{0} >> bits));
  };
  auto z = a + (b + 1) * static_cast<std::int64_t>(kGoldenGamma);
  z = z.bitwise_xor(shifted(z, 30)) * static_cast<std::int64_t>(kFirstFactor);
  z = z.bitwise_xor(shifted(z, 27)) * static_cast<std::int64_t>(kSecondFactor);
  return z.bitwise_xor(shifted(z, 31));
}

at::Tensor stream_tensor(const Draw& draw, const at::Tensor& like) {
  return at::scalar_tensor(static_cast<std::int64_t>(draw.stream), like.options().dtype(at::kLong));
}

at::Tensor row_streams(const Draw& draw, const at::Tensor& row_keys) {
  return mix_tensors(stream_tensor(draw, row_keys), row_keys);
}

at::Tensor drop(const at::Tensor& x, const at::Tensor& kept, const Draw& draw) {
  return at::where(kept, x * static_cast<double>(draw.scale), at::zeros({}, x.options()));
}

/// bf16 as f32; other types stay.
at::Tensor widened(const at::Tensor& x) {
  return x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
}

/// Where the packed rows lie in [examples * longest] slots, one line of slots an example.
at::Tensor padded_slots(const Packing& packing, at::Device device) {
  // In memory that a device reads by itself, so that nobody waits for the copy.
  const auto slots = at::empty({packing.rows()}, at::TensorOptions(at::kLong).pinned_memory(device.is_cuda()));
  auto* next = slots.mutable_data_ptr<std::int64_t>();
  for (std::size_t e = 0; e + 1 < packing.starts.size(); ++e)
    for (std::int64_t i = 0; i < packing.starts[e + 1] - packing.starts[e]; ++i)
      *next++ = static_cast<std::int64_t>(e) * packing.longest + i;
  return slots.to(device, /*non_blocking=*/true);
}

}  // namespace

Draw make_draw(const DropoutKey& key, double p) {
  if (!(p >= 0 && p < 1)) throw Error("a dropout probability must be from 0 and below 1, found " + std::to_string(p));
  Draw draw;
  draw.stream = mix_words(
      mix_words(mix_words(key.seed, static_cast<std::uint64_t>(key.step)), static_cast<std::uint64_t>(key.stage)),
      static_cast<std::uint64_t>(key.site));
  draw.threshold = static_cast<std::uint32_t>(p * 0x1p32);
  draw.scale = static_cast<float>(1 / (1 - p));
  return draw;
}

bool has_kernels(const at::Tensor& x) {
  const bool has_type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return has_type && (x.is_cpu() || (x.is_cuda() && has_device_kernels()));
}

namespace composition {

at::Tensor kept(const Draw& draw, const at::Tensor& streams, std::int64_t columns) {
  const auto column = at::arange(columns, streams.options());
  const auto words = mix_tensors(streams.unsqueeze(-1), column.bitwise_right_shift(1));
  const auto halves = words.bitwise_right_shift(column.bitwise_and(1) * 32).bitwise_and(0xFFFFFFFF);
  return halves >= static_cast<std::int64_t>(draw.threshold);
}

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing) {
  const auto draw = make_draw(key, p);
  if (draw.threshold == 0) return x;
  return drop(x, kept(draw, row_streams(draw, packing.row_keys), x.size(1)), draw);
}

at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                            double p, const DropoutKey& dropout_key, const Packing& packing) {
  const auto examples = packing.examples(), longest = packing.longest, width = query.size(1);
  const auto slots = padded_slots(packing, query.device());
  const auto pad = [&](const at::Tensor& x) {
    return at::zeros({examples * longest, width}, x.options())
        .index_copy(0, slots, x)
        .view({examples, longest, heads, width / heads})
        .transpose(1, 2);
  };
  const auto padding = at::ones({examples * longest}, query.options().dtype(at::kBool))
                           .index_fill(0, slots, 0)
                           .view({examples, 1, 1, longest});
  const auto scores =
      widened(at::matmul(pad(query), pad(key).transpose(2, 3))) / std::sqrt(static_cast<double>(width / heads));
  auto weights = scores.masked_fill(padding, -std::numeric_limits<double>::infinity()).softmax(-1);
  const auto draw = make_draw(dropout_key, p);
  if (draw.threshold != 0) {
    const auto rows = at::zeros({examples * longest}, packing.row_keys.options())
                          .index_copy(0, slots, row_streams(draw, packing.row_keys))
                          .view({examples, 1, longest});
    const auto head = at::arange(heads, packing.row_keys.options()).view({1, heads, 1});
    weights = drop(weights, kept(draw, mix_tensors(rows, head), longest), draw);
  }
  return at::matmul(weights.to(query.scalar_type()), pad(value))
      .transpose(1, 2)
      .reshape({examples * longest, width})
      .index_select(0, slots);
}

at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                       const at::Tensor& bias, double epsilon, double p, const DropoutKey& key,
                                       const Packing& packing) {
  const auto sum = dropout(widened(x), p, key, packing) + widened(residual);
  return at::layer_norm(sum, {x.size(1)}, widened(weight), widened(bias), epsilon).to(x.scalar_type());
}

at::Tensor bias_gelu(const at::Tensor& x, const at::Tensor& bias, Gelu form) {
  return at::gelu(widened(x) + bias, form == Gelu::tanh ? "tanh" : "none").to(x.scalar_type());
}

}  // namespace composition
}  // namespace fthost::ops
