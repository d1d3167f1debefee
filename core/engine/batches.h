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
  at::Tensor tokens;          ///< [rows] int64.
  at::Tensor targets;         ///< [rows] int64, kIgnoredLabel where a token has no say.
  std::int64_t labelled = 0;  ///< How many tokens have one.
};

/// Rows that are computed for nothing: up to `length` tokens an example, as where batches are rectangles, and then up
/// to a multiple of `rows` in all. They stand behind all examples, each example's own as one more sequence of the
/// packing, and those that fill up the rows as the last one, so that no token attends to one.
struct Padding {
  std::int64_t length = 0;  ///< 0: none.
  std::int32_t token = 0;
  std::int64_t rows = 1;
};

/// Of how many rows a batch should be a multiple. oneDNN, which multiplies bf16 matrices on a CPU, compiles code for
/// each number of rows that it meets and keeps it: packed batches have another number in every step.
std::int64_t rows_multiple(at::Device device, at::ScalarType compute);

/// Packs the examples, which must be one or more. Rows of padding have no target.
Batch pack(std::vector<const Example*> examples, at::Device device, const Padding& padding = {});
/// Those of `indices` into `examples`.
Batch pack(std::span<const Example> examples, std::span<const std::size_t> indices, at::Device device,
           const Padding& padding = {});

/// Tokens of the batch's examples, without padding.
std::int64_t tokens_of(const Batch& batch);

}  // namespace fthost
