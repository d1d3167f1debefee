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

std::int64_t length_of(const Example& example) {
  return static_cast<std::int64_t>(example.tokens.size());
}

/// What a batch knows of its rows, one after the other.
struct RowWriter {
  explicit RowWriter(std::int64_t count)
      : tokens(rows_of(count)), targets(rows_of(count)), positions(rows_of(count)), keys(rows_of(count)) {}

  /// `key`: the place in the example, padding included, by which dropout is drawn.
  void add(std::int32_t token, std::int64_t target, std::size_t position, std::uint64_t example, std::size_t key) {
    tokens.mutable_data_ptr<std::int64_t>()[row] = token;
    targets.mutable_data_ptr<std::int64_t>()[row] = target;
    positions.mutable_data_ptr<std::int64_t>()[row] = static_cast<std::int64_t>(position);
    keys.mutable_data_ptr<std::int64_t>()[row] = static_cast<std::int64_t>(ops::mix(example, key));
    ++row;
  }

  at::Tensor tokens, targets, positions, keys;
  std::int64_t row = 0;
};

}  // namespace

std::int64_t rows_multiple(at::Device device, at::ScalarType compute) {
  return device.is_cpu() && compute != at::kFloat ? 32 : 1;
}

Batch pack(std::span<const Example> examples, std::span<const std::size_t> indices, at::Device device,
           const Padding& padding) {
  std::vector<const Example*> chosen;
  chosen.reserve(indices.size());
  for (const auto index : indices) chosen.push_back(&examples[index]);
  return pack(std::move(chosen), device, padding);
}

Batch pack(std::vector<const Example*> examples, at::Device device, const Padding& padding) {
  Batch batch;
  batch.examples = std::move(examples);
  Packing& packing = batch.packing;
  packing.starts.push_back(0);
  const auto add_sequence = [&](std::int64_t length) {
    packing.starts.push_back(packing.starts.back() + length);
    packing.longest = std::max(packing.longest, length);
  };
  for (const auto* example : batch.examples) add_sequence(length_of(*example));
  for (const auto* example : batch.examples)
    if (length_of(*example) < padding.length) add_sequence(padding.length - length_of(*example));
  const auto over = packing.rows() % padding.rows;
  if (over > 0) add_sequence(padding.rows - over);
  RowWriter rows(packing.rows());
  for (const auto* example : batch.examples)
    for (std::size_t i = 0; i < example->tokens.size(); ++i)
      rows.add(example->tokens[i], example->targets.empty() ? kIgnoredLabel : example->targets[i], i, example->id, i);
  for (const auto* example : batch.examples)
    for (auto i = length_of(*example), first = i; i < padding.length; ++i)
      rows.add(padding.token, kIgnoredLabel, static_cast<std::size_t>(i - first), example->id,
               static_cast<std::size_t>(i));
  // All at the first position: a model may know fewer than are filled up.
  while (rows.row < packing.rows()) rows.add(padding.token, kIgnoredLabel, 0, 0, 0);
  batch.tokens = rows.tokens.to(device);
  batch.targets = rows.targets.to(device);
  packing.positions = rows.positions.to(device);
  packing.row_keys = rows.keys.to(device);
  return batch;
}

std::int64_t tokens_of(const Batch& batch) {
  return batch.packing.starts[batch.examples.size()];
}

}  // namespace fthost
