#include "core/engine/device_rows.h"

#include <ATen/ATen.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "core/engine/staging.h"
#include "core/run/log.h"

namespace fthost {
namespace {

/// The numbers of all lists, one behind the other, on the device: by one copy.
at::Tensor send_numbers(std::initializer_list<std::span<const std::int64_t>> lists, at::Device device) {
  std::size_t count = 0;
  for (const auto list : lists) count += list.size();
  const auto numbers = staging({static_cast<std::int64_t>(count)}, at::kLong, device);
  auto* next = numbers.mutable_data_ptr<std::int64_t>();
  for (const auto list : lists) next = std::copy(list.begin(), list.end(), next);
  return send(numbers, device);
}

}  // namespace

std::uint64_t device_room(at::Device device, std::optional<std::int64_t> mebibytes) {
  if (device.is_cpu()) return 0;
  if (mebibytes) return static_cast<std::uint64_t>(*mebibytes) << 20;
  return c10::getDeviceAllocator(device.type())->getMemoryInfo(device.index()).first / 2;
}

/// Where a batch's rows are. Of the examples that must be read, those that come to stay are the first.
struct DeviceRows::Split {
  std::vector<std::size_t> absent;
  std::unordered_map<Hash128, std::int64_t> arriving;  ///< As in places_.
  std::int64_t arriving_rows = 0;
  std::vector<std::int64_t> kept;        ///< Rows of kept_, arriving ones too, in the batch's order.
  std::vector<std::int64_t> kept_to;     ///< Which rows of the batch those are.
  std::vector<std::int64_t> passing_to;  ///< Those that only pass.

  std::int64_t rows_to_read() const { return arriving_rows + std::ssize(passing_to); }

  /// Where each row of the batch is found among the kept rows with those that only pass behind them.
  std::vector<std::int64_t> sources() const {
    std::vector<std::int64_t> found(kept_to.size() + passing_to.size());
    std::int64_t source = 0;
    for (const auto* rows : {&kept_to, &passing_to})
      for (const auto row : *rows) found[static_cast<std::size_t>(row)] = source++;
    return found;
  }
};

DeviceRows::DeviceRows(at::Device device, at::ScalarType storage, std::vector<std::int64_t> row_shape,
                       std::uint64_t capacity, std::int64_t asked)
    : device_(device),
      storage_(storage),
      row_shape_(std::move(row_shape)),
      row_bytes_(c10::multiply_integers(row_shape_) * static_cast<std::int64_t>(at::elementSize(storage))),
      room_(std::min(asked, static_cast<std::int64_t>(capacity / static_cast<std::uint64_t>(row_bytes_)))) {}

std::vector<std::int64_t> DeviceRows::shape(std::int64_t rows) const {
  std::vector<std::int64_t> shape = {rows};
  shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
  return shape;
}

at::Tensor DeviceRows::gather(std::span<const ExampleRows> batch, const HostRows& read) {
  if (room_ > 0 && !kept_.defined()) take_room();
  Split parts = split(batch);
  at::Tensor staged;
  if (!parts.absent.empty()) {
    staged = staging(shape(parts.rows_to_read()), storage_, device_);
    read(parts.absent, staged);
  }
  keep(parts, staged);
  return put_together(parts, staged);
}

void DeviceRows::take_room() {
  try {
    kept_ = at::empty(shape(room_), at::TensorOptions().device(device_).dtype(storage_));
  } catch (const c10::Error&) {
    log_warning("the device has no memory for " + std::to_string((room_ * row_bytes_) >> 20) +
                " MiB of the cache ([cache] device_memory): its rows are copied to the device in every step");
    room_ = 0;
  }
}

DeviceRows::Split DeviceRows::split(std::span<const ExampleRows> batch) {
  Split split;
  std::int64_t row = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& [example, rows] = batch[i];
    auto place = find(example, split);
    if (!place) {
      split.absent.push_back(i);
      if (has_room(split.arriving_rows + rows)) {
        place = used_ + split.arriving_rows;
        split.arriving.emplace(example, *place);
        split.arriving_rows += rows;
      }
    }
    for (std::int64_t k = 0; k < rows; ++k) {
      if (place) split.kept.push_back(*place + k);
      (place ? split.kept_to : split.passing_to).push_back(row++);
    }
  }
  return split;
}

std::optional<std::int64_t> DeviceRows::find(const Hash128& example, const Split& split) const {
  for (const auto* places : {&places_, &split.arriving})
    if (const auto found = places->find(example); found != places->end()) return found->second;
  return std::nullopt;
}

bool DeviceRows::has_room(std::int64_t rows) {
  full_ = full_ || used_ + rows > room_;
  return !full_;
}

void DeviceRows::keep(Split& split, const at::Tensor& staged) {
  if (split.arriving_rows == 0) return;
  kept_.narrow(0, used_, split.arriving_rows).copy_(staged.narrow(0, 0, split.arriving_rows), /*non_blocking=*/true);
  used_ += split.arriving_rows;
  places_.merge(split.arriving);
}

at::Tensor DeviceRows::put_together(const Split& split, const at::Tensor& staged) const {
  const auto kept = std::ssize(split.kept), passing = std::ssize(split.passing_to);
  if (kept == 0) return send(staged, device_).to(at::kFloat);
  if (passing == 0) return kept_.index_select(0, send_numbers({split.kept}, device_)).to(at::kFloat);
  // Gathered twice, since what scatters rows sorts them where algorithms are to be deterministic.
  const auto sources = split.sources();
  const auto numbers = send_numbers({split.kept, sources}, device_);
  const auto rows = at::cat({kept_.index_select(0, numbers.narrow(0, 0, kept)),
                             send(staged.narrow(0, split.arriving_rows, passing), device_)});
  return rows.index_select(0, numbers.narrow(0, kept, kept + passing)).to(at::kFloat);
}

}  // namespace fthost
