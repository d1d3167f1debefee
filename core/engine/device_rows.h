#pragma once

/// The cache's tier on the device: rows that were used stay there, and later batches are gathered where they are
/// computed.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/cache/hash.h"

namespace fthost {

/// One example of a batch: by its content, and how many rows it has.
struct ExampleRows {
  Hash128 example;
  std::int64_t rows = 0;
};

/// Bytes that rows may take on the device: so many MiB, or without a number half of what is free there now. When
/// training starts the weights are there already; gradients, the optimizer's moments and a step's own rows are still to
/// come, and a step without memory ends the run, where rows without memory are only copied. 0 on a CPU: the host's
/// memory is the device's.
std::uint64_t device_room(at::Device device, std::optional<std::int64_t> mebibytes);

/// The rows of one prefix at one boundary; another boundary, or other weights below it, take another object. One
/// thread.
///
/// The first rows that come stay, as long as there is room, and none makes way for another: an epoch asks for each
/// example once, so that the least recently used ones are those that it has still to ask for. Dropping them would leave
/// few rows there until they are wanted.
class DeviceRows {
 public:
  /// Gives the rows of those examples of a batch that are not there. `absent`: their indices, ascending. `rows`: [their
  /// rows, ...row_shape] of the storage type, contiguous, in the host's memory; to be written, one example's behind the
  /// other's.
  using HostRows = std::function<void(std::span<const std::size_t> absent, const at::Tensor& rows)>;

  /// `row_shape`: of what is kept of a token. `capacity`: bytes; with 0, nothing stays and all rows are copied.
  /// `asked`: rows of all examples that are going to be asked for, since no more room is taken than they need. It is
  /// taken when the first rows come; a device without so much memory is warned of, and then nothing stays.
  DeviceRows(at::Device device, at::ScalarType storage, std::vector<std::int64_t> row_shape, std::uint64_t capacity,
             std::int64_t asked);

  /// [rows, ...row_shape], f32 on the device: the examples' rows in the order of the batch, which has one or more. Asks
  /// `read` once for what is not there; what it throws goes through, and of that batch nothing stays.
  at::Tensor gather(std::span<const ExampleRows> batch, const HostRows& read);

  /// Of the rows that are there.
  std::int64_t bytes_held() const { return used_ * row_bytes_; }

 private:
  struct Split;

  std::vector<std::int64_t> shape(std::int64_t rows) const;
  void take_room();
  Split split(std::span<const ExampleRows> batch);
  std::optional<std::int64_t> find(const Hash128& example, const Split& split) const;
  bool has_room(std::int64_t rows);
  void keep(Split& split, const at::Tensor& staged);
  at::Tensor put_together(const Split& split, const at::Tensor& staged) const;

  at::Device device_;
  at::ScalarType storage_;
  std::vector<std::int64_t> row_shape_;
  std::int64_t row_bytes_;
  std::int64_t room_;      ///< Rows.
  std::int64_t used_ = 0;  ///< Rows.
  bool full_ = false;      ///< An example found no room: later ones are not tried.
  at::Tensor kept_;  ///< [room, ...row_shape] in the storage type, on the device; undefined before the first rows.
  std::unordered_map<Hash128, std::int64_t> places_;  ///< In which row of kept_ an example's begin.
};

}  // namespace fthost
