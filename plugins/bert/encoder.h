#pragma once

/// BERT's stages (Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", NAACL 2019): embeddings, and
/// layers with the norm after the residual.

#include <ATen/core/Tensor.h>

#include <fthost/ops.h>
#include <fthost/packing.h>
#include <fthost/parameters.h>

#include <span>
#include <vector>

#include "config.h"

namespace fthost::bert {

struct Norm {
  at::Tensor weight, bias;
};

struct Layer {
  ops::Linear query, key, value, attention_output;
  Norm attention_norm;
  ops::Linear intermediate, output;
  Norm output_norm;
};

/// Shares the parameters' memory. Rows are of the number type context.compute.
class Encoder {
 public:
  /// `parameters`: in the topology's order.
  Encoder(const Config& config, std::span<const Parameter> parameters);

  at::Tensor embed(const at::Tensor& ids, const Packing& packing, const Context& context) const;
  at::Tensor run_layer(std::size_t index, const at::Tensor& x, const Packing& packing, const Context& context);

 private:
  Config config_;
  at::Tensor words_, positions_, token_types_;
  Norm norm_;
  std::vector<Layer> layers_;
};

}  // namespace fthost::bert
