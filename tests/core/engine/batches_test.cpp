#include "core/engine/batches.h"

#include <ATen/ATen.h>
#include <fthost/ops.h>

#include <cstdint>
#include <vector>

#include "tests/catch.h"
#include "tests/cuda_device.h"

namespace fthost {
namespace {

Example example_of(std::uint64_t id, std::vector<std::int32_t> tokens, std::vector<std::int32_t> targets) {
  Example example;
  example.id = id;
  example.tokens = std::move(tokens);
  example.targets = std::move(targets);
  return example;
}

std::vector<Example> examples() {
  return {example_of(71, {5, 6, 7}, {kIgnoredLabel, 2, 0}), example_of(72, {8}, {}), example_of(73, {9, 4}, {1, 1})};
}

/// Of int64, on the CPU.
std::vector<std::int64_t> numbers(const at::Tensor& tensor) {
  REQUIRE(tensor.scalar_type() == at::kLong);
  const auto values = tensor.cpu().contiguous();
  const auto* first = values.const_data_ptr<std::int64_t>();
  return {first, first + values.numel()};
}

std::int64_t key(std::uint64_t example, std::uint64_t place) {
  return static_cast<std::int64_t>(ops::mix(example, place));
}

void check_packed(at::Device device) {
  const auto all = examples();
  const std::vector<std::size_t> indices = {2, 0, 1};
  const auto batch = pack(all, indices, device);
  CHECK(batch.examples == std::vector<const Example*>{&all[2], &all[0], &all[1]});
  CHECK(batch.packing.starts == std::vector<std::int64_t>{0, 2, 5, 6});
  CHECK(batch.packing.longest == 3);
  CHECK(tokens_of(batch) == 6);
  CHECK(batch.labelled == 4);
  for (const auto& each : {batch.tokens, batch.targets, batch.packing.positions, batch.packing.row_keys}) {
    CHECK(each.device() == device);
    CHECK(each.is_contiguous());
  }
  const std::int64_t none = kIgnoredLabel;
  CHECK(numbers(batch.tokens) == std::vector<std::int64_t>{9, 4, 5, 6, 7, 8});
  CHECK(numbers(batch.targets) == std::vector<std::int64_t>{1, 1, none, 2, 0, none});
  CHECK(numbers(batch.packing.positions) == std::vector<std::int64_t>{0, 1, 0, 1, 2, 0});
  CHECK(numbers(batch.packing.row_keys) ==
        std::vector<std::int64_t>{key(73, 0), key(73, 1), key(71, 0), key(71, 1), key(71, 2), key(72, 0)});
}

TEST_CASE("a batch packs its examples end to end", "[unit][engine]") {
  check_packed(at::kCPU);
}

TEST_CASE("rows of padding stand behind all examples, as sequences of their own", "[unit][engine]") {
  const auto all = examples();
  const std::vector<std::size_t> indices = {0, 1};
  const auto batch = pack(all, indices, at::kCPU, {.length = 3, .token = 99});
  const std::int64_t none = kIgnoredLabel;
  CHECK(batch.packing.starts == std::vector<std::int64_t>{0, 3, 4, 6});
  CHECK(tokens_of(batch) == 4);
  CHECK(batch.labelled == 2);
  CHECK(numbers(batch.tokens) == std::vector<std::int64_t>{5, 6, 7, 8, 99, 99});
  CHECK(numbers(batch.targets) == std::vector<std::int64_t>{none, 2, 0, none, none, none});
  CHECK(numbers(batch.packing.positions) == std::vector<std::int64_t>{0, 1, 2, 0, 0, 1});
  CHECK(numbers(batch.packing.row_keys) ==
        std::vector<std::int64_t>{key(71, 0), key(71, 1), key(71, 2), key(72, 0), key(72, 1), key(72, 2)});
}

TEST_CASE("rows that fill a batch up are its last sequence, all at the first position", "[unit][engine]") {
  const auto all = examples();
  const std::vector<std::size_t> indices = {2, 1};
  const auto batch = pack(all, indices, at::kCPU, {.token = 99, .rows = 5});
  const std::int64_t none = kIgnoredLabel;
  CHECK(batch.packing.starts == std::vector<std::int64_t>{0, 2, 3, 5});
  CHECK(tokens_of(batch) == 3);
  CHECK(batch.labelled == 2);
  CHECK(numbers(batch.tokens) == std::vector<std::int64_t>{9, 4, 8, 99, 99});
  CHECK(numbers(batch.targets) == std::vector<std::int64_t>{1, 1, none, none, none});
  CHECK(numbers(batch.packing.positions) == std::vector<std::int64_t>{0, 1, 0, 0, 0});
}

TEST_CASE("a batch is the same on a CUDA device", "[gpu][engine]") {
  if (!has_cuda_device()) return;
  check_packed(at::Device(at::kCUDA, 0));
}

}  // namespace
}  // namespace fthost
