#include "core/engine/batches.h"

#include <ATen/ATen.h>
#include <fthost/ops.h>

#include <algorithm>
#include <utility>

namespace fthost {
namespace {

/// One row of int64 per token, filled on the host and copied in one go.
at::Tensor rows_of(std::int64_t count) {
  return at::empty({count}, at::TensorOptions().dtype(at::kLong));
}

}  // namespace

Batch pack(std::span<const Example> examples, std::span<const std::size_t> indices, at::Device device) {
  std::vector<const Example*> chosen;
  chosen.reserve(indices.size());
  for (const auto index : indices) chosen.push_back(&examples[index]);
  return pack(std::move(chosen), device);
}

Batch pack(std::vector<const Example*> examples, at::Device device) {
  Batch batch;
  batch.examples = std::move(examples);
  Packing& packing = batch.packing;
  packing.starts.push_back(0);
  for (const auto* example : batch.examples) {
    const auto length = static_cast<std::int64_t>(example->tokens.size());
    packing.starts.push_back(packing.starts.back() + length);
    packing.longest = std::max(packing.longest, length);
  }
  const auto rows = packing.rows();
  const auto tokens = rows_of(rows), targets = rows_of(rows), positions = rows_of(rows), keys = rows_of(rows);
  std::int64_t row = 0;
  for (const auto* example : batch.examples) {
    for (std::size_t i = 0; i < example->tokens.size(); ++i, ++row) {
      tokens.mutable_data_ptr<std::int64_t>()[row] = example->tokens[i];
      targets.mutable_data_ptr<std::int64_t>()[row] = example->targets.empty() ? kIgnoredLabel : example->targets[i];
      positions.mutable_data_ptr<std::int64_t>()[row] = static_cast<std::int64_t>(i);
      keys.mutable_data_ptr<std::int64_t>()[row] = static_cast<std::int64_t>(ops::mix(example->id, i));
    }
  }
  batch.tokens = tokens.to(device);
  batch.targets = targets.to(device);
  packing.positions = positions.to(device);
  packing.row_keys = keys.to(device);
  return batch;
}

}  // namespace fthost
