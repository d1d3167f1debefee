#include <fthost/ops.h>

#include <ATen/ATen.h>

#include "sdk/ops/composition.h"

namespace fthost::ops {

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing, bool training) {
  return training ? composition::dropout(x, p, key, packing) : x;
}

at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                            double p, const DropoutKey& dropout_key, const Packing& packing, const Context& context) {
  return composition::packed_attention(query, key, value, heads, context.training ? p : 0, dropout_key, packing,
                                       context.compute);
}

at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                       const at::Tensor& bias, double epsilon, double p, const DropoutKey& key,
                                       const Packing& packing, bool training) {
  return composition::dropout_residual_layer_norm(x, residual, weight, bias, epsilon, training ? p : 0, key, packing);
}

}  // namespace fthost::ops
