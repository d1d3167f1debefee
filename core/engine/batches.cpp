#include "core/engine/batches.h"

#include <ATen/ATen.h>
#include <fthost/ops.h>

#include <algorithm>
#include <utility>

#include "core/engine/staging.h"

namespace fthost {
namespace {

std::int64_t length_of(const Example& example) {
  return static_cast<std::int64_t>(example.tokens.size());
}

/// What a batch knows of its rows, one after the other: four numbers a row, filled on the host and copied in one go.
class RowWriter {
 public:
  RowWriter(std::int64_t rows, at::Device device)
      : rows_(rows), staged_(staging({4, rows}, at::kLong, device)), next_(staged_.mutable_data_ptr<std::int64_t>()) {}

  /// `key`: the place in the example, padding included, by which dropout is drawn.
  void add(std::int32_t token, std::int64_t target, std::size_t position, std::uint64_t example, std::size_t key) {
    next_[0] = token;
    next_[rows_] = target;
    next_[2 * rows_] = static_cast<std::int64_t>(position);
    next_[3 * rows_] = static_cast<std::int64_t>(ops::mix(example, key));
    ++next_;
    if (target != kIgnoredLabel) ++labelled_;
  }

  /// Of the targets so far, how many are labels.
  std::int64_t labelled() const { return labelled_; }

  /// Tokens, targets, positions and keys.
  std::vector<at::Tensor> send_to(at::Device device) const { return send(staged_, device).unbind(0); }

 private:
  std::int64_t rows_;
  at::Tensor staged_;
  std::int64_t* next_;
  std::int64_t labelled_ = 0;
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
  const auto filled_up = over > 0 ? padding.rows - over : 0;
  if (filled_up > 0) add_sequence(filled_up);
  RowWriter rows(packing.rows(), device);
  for (const auto* example : batch.examples)
    for (std::size_t i = 0; i < example->tokens.size(); ++i)
      rows.add(example->tokens[i], example->targets.empty() ? kIgnoredLabel : example->targets[i], i, example->id, i);
  for (const auto* example : batch.examples)
    for (auto i = length_of(*example), first = i; i < padding.length; ++i)
      rows.add(padding.token, kIgnoredLabel, static_cast<std::size_t>(i - first), example->id,
               static_cast<std::size_t>(i));
  // All at the first position: a model may know fewer than are filled up.
  for (std::int64_t i = 0; i < filled_up; ++i) rows.add(padding.token, kIgnoredLabel, 0, 0, 0);
  const auto columns = rows.send_to(device);
  batch.tokens = columns[0];
  batch.targets = columns[1];
  batch.labelled = rows.labelled();
  packing.positions = columns[2];
  packing.row_keys = columns[3];
  return batch;
}

std::int64_t tokens_of(const Batch& batch) {
  return batch.packing.starts[batch.examples.size()];
}

}  // namespace fthost
