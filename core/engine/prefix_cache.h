#pragma once

/// The rows at the boundary, kept: computed once per example, then read for as long as the prefix stays what it is. For
/// a head that reads all stages a row here is all that a token has below the boundary, one stage's behind the other's.

#include <ATen/core/Tensor.h>
#include <fthost/events.h>
#include <fthost/files.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/cache/space.h"
#include "core/engine/activity.h"
#include "core/engine/batches.h"
#include "core/engine/cache_choice.h"
#include "core/engine/data_sets.h"
#include "core/engine/device_rows.h"
#include "core/engine/network.h"
#include "core/engine/prefix_key.h"
#include "core/pipeline/pipeline.h"
#include "core/run/event_bus.h"

namespace fthost {

/// Serves one run, on the training thread. References must outlive it.
class PrefixCache {
 public:
  PrefixCache(const Pipeline& pipeline, Network& network, Files& files, EventBus& events,
              const PrefixArithmetic& arithmetic, const std::atomic<int>& stop_signal);

  /// How often each example of a set is going to be asked for.
  struct Uses {
    const DataSet* set = nullptr;
    std::int64_t times = 0;
  };

  /// The prefix has `stages` stages from now on, with the weights of now. Decides whether and where its rows are kept,
  /// and tells the sinks; without uses it does as [cache] mode says, and tells nobody.
  void set_boundary(int stages, const std::vector<Uses>& uses);

  /// Are rows kept at the boundary of now?
  bool active() const { return space_ != nullptr; }

  /// Computes once what is missing of a set, in its order, from the highest lower boundary that is there. `name` is
  /// shown while it runs. Returns early when a signal asks for the end.
  void fill(const DataSet& set, const std::string& name);

  /// Does a row have the same bits whatever rows are computed beside it? Then a batch may come before fill().
  bool is_exact() const { return arithmetic_.device.is_cpu() && arithmetic_.compute == at::kFloat; }

  /// Are all rows of a set kept?
  bool holds(const DataSet& set) const;

  /// The rows of a batch, f32 on the device, in the shape of HiddenRows: from the device, the host's memory or files,
  /// and what is kept nowhere is computed.
  at::Tensor rows(const Batch& batch);

  CacheUse use() const;

 private:
  /// What a batch had to compute since it was kept nowhere.
  struct Computed {
    std::int64_t examples = 0;
    std::int64_t tokens = 0;
    double seconds = 0;
  };

  std::unique_ptr<CacheSpace> open_space(CacheStore& store, int stages);
  void open_store(bool memory, bool disk);
  at::Tensor compute(int from, const std::vector<const Example*>& examples);
  CacheCost measure_cost(const std::vector<Uses>& uses);
  void measure_disk(CacheCost& cost);
  void choose(const std::vector<Uses>& uses);
  void open_device_rows(const std::vector<Uses>& uses);
  void open_lower();
  int lower_start(const Hash128& example);
  void move_up(std::unique_ptr<CacheStore> store, std::unique_ptr<CacheSpace> space, int stages,
               const std::vector<Uses>& uses);
  std::vector<std::vector<const Example*>> find_missing(const DataSet& set);
  std::int64_t fill_missing(const std::vector<std::vector<const Example*>>& missing, Activity& activity);
  bool fill_segment(const std::vector<const Example*>& examples, int from, std::int64_t& done, Activity& activity);
  void put(const at::Tensor& rows, std::span<std::byte> to) const;
  Computed read(const Batch& batch, std::span<const ExampleRows> asked, std::span<const std::size_t> absent,
                const at::Tensor& rows);
  at::Tensor kept_rows(std::span<const std::byte> bytes, int stages) const;
  std::size_t row_bytes(int stages) const;

  const Pipeline& pipeline_;
  Network& network_;
  Files& files_;
  EventBus& events_;
  const PrefixArithmetic arithmetic_;
  const std::atomic<int>& stop_signal_;

  int stages_ = 0;
  std::vector<Hash128> keys_;
  std::unique_ptr<CacheStore> store_;
  std::unique_ptr<CacheSpace> space_;
  std::optional<std::uint64_t> device_room_;  ///< In bytes; known once rows are kept.
  std::optional<DeviceRows> device_rows_;     ///< While active().
  std::int64_t written_before_ = 0;           ///< By the stores of earlier boundaries.
  std::unique_ptr<CacheStore> lower_store_;
  std::vector<std::unique_ptr<CacheSpace>> lower_;  ///< By number of stages; null: nothing is there.
  bool lower_opened_ = false;
  std::set<const DataSet*> filled_;  ///< At this boundary.
  double seconds_per_token_ = 0;     ///< To compute the prefix.
  CacheUse use_;
};

}  // namespace fthost
