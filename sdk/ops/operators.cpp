#include <fthost/ops.h>

#include <ATen/ATen.h>

#include "sdk/ops/composition.h"
#include "sdk/ops/device_dropout.h"

namespace fthost::ops {

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing, bool training) {
  if (!training) return x;
  const auto draw = make_draw(key, p);
  if (draw.threshold != 0 && has_device_dropout(x)) return device_dropout(x, packing.row_keys, draw);
  return composition::dropout(x, p, key, packing);
}

at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                            double p, const DropoutKey& dropout_key, const Packing& packing, const Context& context) {
  return composition::packed_attention(query, key, value, heads, context.training ? p : 0, dropout_key, packing,
                                       context.compute);
}

at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                       const at::Tensor& bias, double epsilon, double p, const DropoutKey& key,
                                       const Packing& packing, bool training) {
  return at::layer_norm(dropout(x, p, key, packing, training) + residual, {x.size(1)}, weight, bias, epsilon);
}

}  // namespace fthost::ops
