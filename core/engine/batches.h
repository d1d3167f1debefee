#pragma once

/// Examples as tensors: packed end to end on the run's device.

#include <ATen/core/Tensor.h>
#include <fthost/packing.h>
#include <fthost/sentence.h>

#include <cstdint>
#include <span>
#include <vector>

namespace fthost {

struct Batch {
  std::vector<const Example*> examples;  ///< In the order of their rows; they belong to the data set.
  Packing packing;
  at::Tensor tokens;   ///< [rows] int64.
  at::Tensor targets;  ///< [rows] int64, kIgnoredLabel where a token has no say.
};

/// Packs the examples, which must be one or more.
Batch pack(std::vector<const Example*> examples, at::Device device);
/// Those of `indices` into `examples`.
Batch pack(std::span<const Example> examples, std::span<const std::size_t> indices, at::Device device);

}  // namespace fthost
