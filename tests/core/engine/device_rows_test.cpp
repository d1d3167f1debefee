// Rows on the device, held against those that the host has. The CPU stands for a device, and where there is a CUDA
// device it is one too.

#include "core/engine/device_rows.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/engine/staging.h"
#include "tests/captured_stderr.h"
#include "tests/catch.h"
#include "tests/cuda_device.h"

namespace fthost {
namespace {

using Indices = std::vector<std::size_t>;

/// Examples with rows of random numbers, as the host's tiers hold them.
class HostTier {
 public:
  HostTier(const std::vector<std::int64_t>& lengths, std::vector<std::int64_t> row_shape, at::ScalarType storage)
      : lengths_(lengths), row_shape_(std::move(row_shape)) {
    for (const auto length : lengths) {
      std::vector<std::int64_t> shape = {length};
      shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
      rows_.push_back(at::randn(shape).to(storage));
    }
  }

  const std::vector<std::int64_t>& row_shape() const { return row_shape_; }
  std::int64_t rows() const { return std::accumulate(lengths_.begin(), lengths_.end(), std::int64_t{0}); }
  std::int64_t row_bytes() const { return static_cast<std::int64_t>(rows_[0].nbytes()) / lengths_[0]; }
  std::int64_t bytes() const { return rows() * row_bytes(); }

  /// What the host puts together for a batch, without a device's tier.
  at::Tensor expected(const Indices& batch) const {
    std::vector<at::Tensor> parts;
    for (const auto example : batch) parts.push_back(rows_[example].to(at::kFloat));
    return at::cat(parts);
  }

  /// What `tier` gives for it; `read` is then which examples it asked for.
  at::Tensor gather(DeviceRows& tier, const Indices& batch) {
    std::vector<ExampleRows> asked;
    for (const auto example : batch) asked.push_back({{example * 1000003, example}, lengths_[example]});
    read.clear();
    return tier.gather(asked, [&](std::span<const std::size_t> absent, const at::Tensor& to) {
      std::int64_t row = 0;
      for (const auto i : absent) {
        read.push_back(batch[i]);
        to.narrow(0, row, asked[i].rows).copy_(rows_[batch[i]]);
        row += asked[i].rows;
      }
      CHECK(row == to.size(0));
      CHECK(to.device().is_cpu());
      pinned = to.is_pinned();
    });
  }

  Indices read;
  bool pinned = false;

 private:
  std::vector<std::int64_t> lengths_, row_shape_;
  std::vector<at::Tensor> rows_;
};

/// Batches of seven in an order of their own for each epoch, as training has them.
std::vector<Indices> epoch_of(std::size_t examples, std::mt19937& random) {
  Indices order(examples);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  std::vector<Indices> batches;
  for (std::size_t first = 0; first < examples; first += 7)
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                         order.begin() + static_cast<std::ptrdiff_t>(std::min(first + 7, examples)));
  return batches;
}

/// Three epochs, with room for that share of the rows.
void check_epochs(at::Device device, at::ScalarType storage, const std::vector<std::int64_t>& row_shape, double share) {
  std::mt19937 random(7);
  std::vector<std::int64_t> lengths(40);
  for (auto& length : lengths) length = std::uniform_int_distribution<std::int64_t>(1, 30)(random);
  HostTier host(lengths, row_shape, storage);
  const auto capacity = static_cast<std::int64_t>(share * static_cast<double>(host.bytes()));
  DeviceRows tier(device, storage, row_shape, static_cast<std::uint64_t>(capacity), host.rows());
  for (int epoch = 0; epoch < 3; ++epoch) {
    Indices read;
    for (const auto& batch : epoch_of(lengths.size(), random)) {
      const auto rows = host.gather(tier, batch);
      CHECK(rows.device() == device);
      CHECK(rows.scalar_type() == at::kFloat);
      CHECK(at::equal(rows.cpu(), host.expected(batch)));
      read.insert(read.end(), host.read.begin(), host.read.end());
    }
    CHECK(tier.bytes_held() <= capacity);
    std::int64_t not_there = host.bytes() - tier.bytes_held();
    if (epoch == 0) {
      CHECK(read.size() == lengths.size());
      CHECK(tier.bytes_held() >
            std::min(capacity, host.bytes()) - 31 * host.row_bytes());  // examples have 30 rows at most
    } else {
      for (const auto example : read) not_there -= lengths[example] * host.row_bytes();
      CHECK(not_there == 0);
    }
  }
}

/// LibTorch gets memory of the host's for so many tensors that are sent at a time.
void keep_ready(int count, at::IntArrayRef sizes, at::Device device) {
  std::vector<at::Tensor> tensors;
  for (int i = 0; i < count; ++i) tensors.push_back(staging(sizes, at::kFloat, device));
}

/// Gives the device work for a tenth of a second or more.
void keep_busy(at::Device device) {
  auto busy = at::randn({8192, 8192}, at::TensorOptions().device(device));
  for (int i = 0; i < 8; ++i) busy = at::mm(busy, busy) * 1e-2;
}

TEST_CASE("rows from a device's tier are the host's to the bit, whatever has room there", "[unit][engine][cache]") {
  const auto storage = GENERATE(at::kFloat, at::kBFloat16);
  const auto shape = GENERATE(std::vector<std::int64_t>{6}, std::vector<std::int64_t>{3, 5});
  const auto share = GENERATE(0., .01, .5, 1., 3.);
  INFO(storage << " " << shape.size() << " " << share);
  check_epochs(at::kCPU, storage, shape, share);
}

TEST_CASE("a device's tier keeps what comes first, and drops nothing", "[unit][engine][cache]") {
  HostTier host({4, 4, 4, 1}, {6}, at::kFloat);
  DeviceRows tier(at::kCPU, at::kFloat, {6}, 10 * 24 + 23, host.rows());
  CHECK(tier.bytes_held() == 0);
  CHECK(at::equal(host.gather(tier, {2, 0}), host.expected({2, 0})));
  CHECK(host.read == Indices{2, 0});
  CHECK(tier.bytes_held() == 8 * 24);
  // The second one has no room, and after it the tier is closed: the last one would have some.
  CHECK(at::equal(host.gather(tier, {0, 1, 2, 3}), host.expected({0, 1, 2, 3})));
  CHECK(host.read == Indices{1, 3});
  CHECK(at::equal(host.gather(tier, {3, 1, 0}), host.expected({3, 1, 0})));
  CHECK(host.read == Indices{3, 1});
  CHECK(at::equal(host.gather(tier, {0, 2}), host.expected({0, 2})));
  CHECK(host.read.empty());
  CHECK(tier.bytes_held() == 8 * 24);
}

TEST_CASE("an example that a batch has twice is one on a device's tier", "[unit][engine][cache]") {
  HostTier host({2, 3}, {6}, at::kFloat);
  DeviceRows tier(at::kCPU, at::kFloat, {6}, 1 << 20, host.rows());
  CHECK(at::equal(host.gather(tier, {1, 0, 1}), host.expected({1, 0, 1})));
  CHECK(host.read == Indices{1, 0});
  CHECK(tier.bytes_held() == host.bytes());
  DeviceRows none(at::kCPU, at::kFloat, {6}, 0, host.rows());
  CHECK(at::equal(host.gather(none, {1, 0, 1}), host.expected({1, 0, 1})));
  CHECK(host.read == Indices{1, 0, 1});
}

TEST_CASE("a device's tier takes no more room than what was going to be asked for", "[unit][engine][cache]") {
  HostTier host({4, 4, 4}, {6}, at::kFloat);
  DeviceRows tier(at::kCPU, at::kFloat, {6}, std::uint64_t{1} << 52, 8);  // as much memory is nowhere
  CHECK(at::equal(host.gather(tier, {0, 1, 2}), host.expected({0, 1, 2})));
  CHECK(tier.bytes_held() == 8 * 24);
}

TEST_CASE("a device without memory for the tier is warned of, and gets its rows", "[unit][engine][cache]") {
  HostTier host({4, 4}, {6}, at::kFloat);
  DeviceRows tier(at::kCPU, at::kFloat, {6}, 24 * (std::uint64_t{1} << 50), std::int64_t{1} << 50);
  const CapturedStderr captured;
  for (int time = 0; time < 2; ++time) {
    CHECK(at::equal(host.gather(tier, {0, 1}), host.expected({0, 1})));
    CHECK(host.read == Indices{0, 1});
  }
  CHECK(tier.bytes_held() == 0);
  CHECK(
      captured.text() ==
      "warning: the device has no memory for 25769803776 MiB of the cache ([cache] device_memory): its rows are copied "
      "to the device in every step\n");
}

TEST_CASE("of a batch that could not be read nothing stays", "[unit][engine][cache]") {
  HostTier host({2, 3}, {6}, at::kFloat);
  DeviceRows tier(at::kCPU, at::kFloat, {6}, 1 << 20, host.rows());
  host.gather(tier, {0});
  const std::vector<ExampleRows> batch = {{{1000003, 1}, 3}};
  CHECK_THROWS_WITH(tier.gather(batch, [](auto, const auto&) { throw std::runtime_error("unreadable"); }),
                    "unreadable");
  CHECK(tier.bytes_held() == 2 * 24);
  CHECK(at::equal(host.gather(tier, {1, 0}), host.expected({1, 0})));
  CHECK(host.read == Indices{1});
}

TEST_CASE("a CPU is no device that rows are kept on", "[unit][engine][cache]") {
  CHECK(device_room(at::kCPU, std::nullopt) == 0);
  CHECK(device_room(at::kCPU, 512) == 0);
}

TEST_CASE("rows from a CUDA device's tier are the host's to the bit", "[gpu][engine][cache]") {
  if (!has_cuda_device()) return;
  const at::Device device(at::kCUDA, 0);
  for (const auto storage : {at::kFloat, at::kBFloat16})
    for (const double share : {0., .5, 1.}) {
      INFO(storage << " " << share);
      check_epochs(device, storage, {6}, share);
      check_epochs(device, storage, {3, 5}, share);
    }
  HostTier host({2}, {6}, at::kFloat);
  DeviceRows tier(device, at::kFloat, {6}, 1 << 20, 2);
  host.gather(tier, {0});
  CHECK(host.pinned);
}

TEST_CASE("copies to a CUDA device keep their bytes until they are done", "[gpu][engine][cache]") {
  if (!has_cuda_device()) return;
  // Nobody waits in between: memory that was given back too early would be written over by a later batch. The copies
  // queue up behind work, and find memory, since taking some more of it may mean to wait.
  const at::Device device(at::kCUDA, 0);
  HostTier host(std::vector<std::int64_t>(64, 256), {1024}, at::kFloat);
  DeviceRows tier(device, at::kFloat, {1024}, 0, host.rows());
  keep_ready(16, {3 * 256, 1024}, device);
  keep_busy(device);
  std::vector<at::Tensor> found;
  for (std::size_t first = 0; first < 64; first += 4) found.push_back(host.gather(tier, {first, first + 1, first + 2}));
  CHECK_FALSE(c10::impl::VirtualGuardImpl(device.type()).getStream(device).query());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(at::equal(found[i].cpu(), host.expected({4 * i, 4 * i + 1, 4 * i + 2})));
}

TEST_CASE("without a number rows may take half of what is free on a CUDA device", "[gpu][engine][cache]") {
  if (!has_cuda_device()) return;
  const at::Device device(at::kCUDA, 0);
  CHECK(device_room(device, 512) == std::uint64_t{512} << 20);
  const auto before = device_room(device, std::nullopt);
  const auto taken = at::empty({std::int64_t{256} << 20}, at::TensorOptions().device(device).dtype(at::kByte));
  const auto after = device_room(device, std::nullopt);
  CHECK(before > after);
  CHECK(before - after >= std::uint64_t{100} << 20);
}

}  // namespace
}  // namespace fthost
