#pragma once

/// A model as names, shapes and sizes, without the numbers: what a freezing strategy decides on and what a plan's cost
/// is predicted from.

#include <cstdint>
#include <string>
#include <vector>

namespace fthost {

/// One parameter tensor.
struct TensorShape {
  std::string name;                 ///< As in the Hugging Face checkpoint: "encoder.layer.0.output.dense.weight".
  std::vector<std::int64_t> shape;  ///< Outermost dimension first.
  int stage = 0;                    ///< Index into Topology::stages.

  /// Number of elements.
  std::int64_t count() const {
    std::int64_t n = 1;
    for (const auto size : shape) n *= size;
    return n;
  }
};

/// One piece of the model that runs in order.
struct Stage {
  std::string name;                    ///< "embeddings", "layer.0" … "layer.L-1", "head".
  double forward_flops_per_token = 0;  ///< Multiplications and additions of its matrix products, attention left out.
};

/// Stages in the order in which they run: embeddings, the L layers, the head. Tensors in the order of their stages.
struct Topology {
  std::vector<Stage> stages;
  std::vector<TensorShape> tensors;
  std::int64_t hidden_size = 0;        ///< Width of what goes from stage to stage.
  std::int64_t intermediate_size = 0;  ///< Width inside a layer's feed-forward part.
  std::int64_t attention_heads = 0;

  /// L: the stages between embeddings and head.
  int layers() const { return static_cast<int>(stages.size()) - 2; }
  int head_stage() const { return static_cast<int>(stages.size()) - 1; }

  /// The stage of layer `layer` (0 … L-1).
  static constexpr int layer_stage(int layer) { return layer + 1; }
};

}  // namespace fthost
