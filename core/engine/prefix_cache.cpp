#include "core/engine/prefix_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/engine/memory.h"
#include "core/engine/stopwatch.h"
#include "core/run/log.h"

namespace fthost {
namespace {

constexpr std::int64_t kTokensMeasured = 256;

std::int64_t tokens_of(const Example& example) {
  return static_cast<std::int64_t>(example.tokens.size());
}

std::int64_t tokens_of(const std::vector<const Example*>& examples) {
  std::int64_t tokens = 0;
  for (const auto* example : examples) tokens += tokens_of(*example);
  return tokens;
}

/// Cuts into parts of at most `most` tokens, or one example.
std::vector<std::vector<const Example*>> cut(const std::vector<const Example*>& examples, std::int64_t most) {
  std::vector<std::vector<const Example*>> parts;
  std::int64_t tokens = 0;
  for (const auto* example : examples) {
    tokens += tokens_of(*example);
    if (parts.empty() || tokens > most) {
      parts.emplace_back();
      tokens = tokens_of(*example);
    }
    parts.back().push_back(example);
  }
  return parts;
}

}  // namespace

PrefixCache::PrefixCache(const Pipeline& pipeline, Network& network, Files& files, EventBus& events,
                         const PrefixArithmetic& arithmetic, const std::atomic<int>& stop_signal)
    : pipeline_(pipeline),
      network_(network),
      files_(files),
      events_(events),
      arithmetic_(arithmetic),
      stop_signal_(stop_signal) {}

/// What is kept of a token.
std::size_t PrefixCache::row_bytes(int stages) const {
  return static_cast<std::size_t>(c10::multiply_integers(network_.hidden_rows().shape(1, stages))) *
         at::elementSize(arithmetic_.storage);
}

std::unique_ptr<CacheSpace> PrefixCache::open_space(CacheStore& store, int stages) {
  return std::make_unique<CacheSpace>(store, keys_[static_cast<std::size_t>(stages)], row_bytes(stages),
                                      describe_space(network_, pipeline_, arithmetic_, stages));
}

void PrefixCache::set_boundary(int stages, const std::vector<Uses>& uses) {
  if (stages == 0 || pipeline_.cache.mode == "off") {
    stages_ = stages;
    space_.reset();
    device_rows_.reset();
    if (stages > 0) choose(uses);
    if (!use_.mode.empty()) use_.mode = "off";
    return;
  }
  auto keys = prefix_keys(network_, pipeline_, arithmetic_, stages);
  if (space_ != nullptr && stages == stages_ && keys.back() == space_->key()) return;
  // Rows in files are found there; those in memory only go along when the boundary moves up.
  const int before = std::exchange(stages_, stages);
  const bool goes_along = space_ != nullptr && before < stages && !store_->has_disk() &&
                          keys[static_cast<std::size_t>(before)] == space_->key() && arithmetic_.storage == at::kFloat;
  auto space = goes_along ? std::move(space_) : nullptr;
  auto store = goes_along ? std::move(store_) : nullptr;
  keys_ = std::move(keys);
  filled_.clear();
  lower_.clear();
  lower_opened_ = false;
  space_.reset();
  device_rows_.reset();
  choose(uses);
  if (active()) open_device_rows(uses);
  if (space != nullptr && active() && !store_->has_disk()) move_up(std::move(store), std::move(space), before, uses);
}

/// Segment by segment, each of which is given up when its rows have gone through the layers between the boundaries: no
/// more is held than before.
void PrefixCache::move_up(std::unique_ptr<CacheStore> store, std::unique_ptr<CacheSpace> space, int stages,
                          const std::vector<Uses>& uses) {
  const Stopwatch begin;
  std::unordered_map<Hash128, const Example*> examples;
  std::int64_t tokens = 0;
  for (const auto& [set, times] : uses)
    for (const auto& example : set->examples)
      if (space->contains(key_of(example)) && examples.emplace(key_of(example), &example).second)
        tokens += tokens_of(example);
  lower_store_ = std::move(store);
  lower_.resize(static_cast<std::size_t>(stages_));
  auto& from = *(lower_[static_cast<std::size_t>(stages)] = std::move(space));
  Activity activity(events_,
                    "move the cache from boundary " + std::to_string(stages - 1) + " to " + std::to_string(stages_ - 1),
                    "tokens", tokens);
  std::int64_t done = 0, moved = 0;
  bool room = true;
  for (std::size_t segment = 0; room && segment < from.segments(); ++segment) {
    std::vector<const Example*> there;
    for (const auto& key : from.examples_in(segment))
      if (const auto found = examples.find(key); found != examples.end()) there.push_back(found->second);
    if (!there.empty()) room = fill_segment(there, stages, done, activity);
    if (room) moved += std::ssize(there);
    from.forget(segment);
  }
  activity.finish(done);
  lower_.clear();
  lower_store_.reset();
  log_info("boundary " + std::to_string(stages_ - 1) + ": " + std::to_string(moved) +
           " examples went on from boundary " + std::to_string(stages - 1));
  use_.fill_seconds += begin.seconds();
  use_.seconds_saved -= begin.seconds();
}

/// Where rows are kept. A store is made for each boundary: what the one before held in memory is of no use any more.
void PrefixCache::choose(const std::vector<Uses>& uses) {
  const auto& options = pipeline_.cache;
  CacheChoice choice{options.mode, ""};
  if (options.mode != "off") {
    open_store(options.mode != "disk", options.mode != "memory");
    CacheCost cost = measure_cost(uses);
    seconds_per_token_ = cost.compute;
    if (options.mode == "auto") {
      measure_disk(cost);
      choice = choose_cache(cost);
      if (choice.mode == "memory" && store_->has_disk()) open_store(true, false);
    }
    if (choice.mode == "off") space_.reset();
  }
  use_.mode = choice.mode;
  if (uses.empty()) return;  // no run asks: there was nothing to choose
  const auto boundary = std::to_string(stages_ - 1);
  log_info("boundary " + boundary + ": cache " + choice.mode + (choice.reason.empty() ? "" : ": " + choice.reason));
  events_.cache_chosen({boundary, choice.mode, choice.reason});
}

void PrefixCache::open_device_rows(const std::vector<Uses>& uses) {
  if (!device_room_) device_room_ = device_room(arithmetic_.device, pipeline_.cache.device_memory);
  std::unordered_set<Hash128> different;
  std::int64_t tokens = 0;
  if (*device_room_ > 0)
    for (const auto& [set, times] : uses)
      for (const auto& example : set->examples)
        if (different.insert(key_of(example)).second) tokens += tokens_of(example);
  auto shape = network_.hidden_rows().shape(1, stages_);
  shape.erase(shape.begin());
  device_rows_.emplace(arithmetic_.device, arithmetic_.storage, std::move(shape), *device_room_, tokens);
}

void PrefixCache::open_store(bool memory, bool disk) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
  const auto& options = pipeline_.cache;
  space_.reset();
  if (store_ != nullptr) written_before_ += static_cast<std::int64_t>(store_->bytes_written());
  store_ = std::make_unique<CacheStore>(
      files_, CacheLimits{memory ? static_cast<std::uint64_t>(options.memory) * kMebibyte : 0,
                          disk ? static_cast<std::uint64_t>(options.disk) * kMebibyte : 0, options.path});
  space_ = open_space(*store_, stages_);
}

CacheCost PrefixCache::measure_cost(const std::vector<Uses>& uses) {
  CacheCost cost;
  std::unordered_set<Hash128> different;  // an example that comes again is kept once
  for (const auto& [set, times] : uses) {
    for (const auto& example : set->examples) {
      const auto tokens = tokens_of(example);
      const auto key = key_of(example);
      cost.tokens_asked += tokens * times;
      if (!different.insert(key).second) continue;
      cost.tokens_there += tokens;
      if (!space_->contains(key)) cost.tokens_missing += tokens;
    }
  }
  cost.row_bytes = static_cast<double>(row_bytes(stages_));
  cost.memory_bytes = static_cast<double>(store_->limits().memory);
  cost.disk_bytes = static_cast<double>(store_->limits().disk);
  if (uses.empty() || uses.front().set->examples.empty()) return cost;

  std::vector<const Example*> sample;
  for (const auto& example : uses.front().set->examples) {
    sample.push_back(&example);
    if (tokens_of(sample) >= kTokensMeasured) break;
  }
  compute(0, sample);  // the first time pays for memory
  const Stopwatch begin;
  compute(0, sample);
  cost.compute = begin.seconds() / static_cast<double>(tokens_of(sample));
  return cost;
}

/// Reading and writing. A disk that takes no files is left out.
void PrefixCache::measure_disk(CacheCost& cost) {
  cost.read = measure_read() * cost.row_bytes;
  if (!store_->has_disk()) return;
  try {
    cost.write = measure_write(files_, store_->limits().folder) * cost.row_bytes;
  } catch (const FileError& error) {
    log_warning(std::string("the cache takes no files: ") + error.what());
    open_store(true, false);
    cost.disk_bytes = 0;
    cost.tokens_missing = cost.tokens_there;
  }
}

at::Tensor PrefixCache::compute(int from, const std::vector<const Example*>& examples) {
  const at::NoGradGuard no_autograd;
  const Batch batch =
      pack(examples, arithmetic_.device, {.rows = rows_multiple(arithmetic_.device, arithmetic_.compute)});
  const auto tokens = tokens_of(batch);
  const Context context{.training = false, .seed = 0, .step = 0, .compute = arithmetic_.compute};
  auto input = batch.tokens;
  if (from > 0) {
    std::vector<at::Tensor> parts;
    for (const auto* example : examples)
      parts.push_back(kept_rows(*lower_[static_cast<std::size_t>(from)]->find(key_of(*example)), from));
    parts.push_back(at::zeros(network_.hidden_rows().shape(batch.packing.rows() - tokens, from)));
    input = at::cat(parts).to(arithmetic_.device);
  }
  const auto rows = network_.forward({from, stages_}, input, batch.packing, context);
  return rows.narrow(0, 0, tokens).to(at::kCPU).contiguous();
}

void PrefixCache::put(const at::Tensor& rows, std::span<std::byte> to) const {
  const auto stored = rows.to(arithmetic_.storage).contiguous();
  std::memcpy(to.data(), stored.const_data_ptr(), to.size());
}

/// A view of the cache's memory in the storage type, widened where that is not f32.
at::Tensor PrefixCache::kept_rows(std::span<const std::byte> bytes, int stages) const {
  const auto rows = static_cast<std::int64_t>(bytes.size() / row_bytes(stages));
  return at::from_blob(const_cast<std::byte*>(bytes.data()), network_.hidden_rows().shape(rows, stages),
                       at::TensorOptions().dtype(arithmetic_.storage))
      .to(at::kFloat);
}

void PrefixCache::open_lower() {
  if (std::exchange(lower_opened_, true)) return;
  lower_.resize(static_cast<std::size_t>(stages_));
  // Rows that were rounded below would be rounded twice: the same key must not stand for two contents.
  if (!store_->has_disk() || arithmetic_.storage != at::kFloat) return;
  // They are read once: memory is for the rows of this boundary.
  auto limits = store_->limits();
  limits.memory = 0;
  lower_store_ = std::make_unique<CacheStore>(files_, std::move(limits));
  for (int stages = 1; stages < stages_; ++stages) {
    std::error_code unknown;
    const auto& key = keys_[static_cast<std::size_t>(stages)];
    if (std::filesystem::exists(store_->limits().folder / hex(key), unknown))
      lower_[static_cast<std::size_t>(stages)] = open_space(*lower_store_, stages);
  }
}

/// The most stages whose rows are there; 0: none, tokens are where to begin.
int PrefixCache::lower_start(const Hash128& example) {
  for (int stages = stages_ - 1; stages > 0; --stages) {
    const auto& space = lower_[static_cast<std::size_t>(stages)];
    if (space != nullptr && space->find(example)) return stages;
  }
  return 0;
}

void PrefixCache::fill(const DataSet& set, const std::string& name) {
  if (!filled_.insert(&set).second) return;
  const Stopwatch begin;
  const auto missing = find_missing(set);
  std::int64_t tokens = 0;
  for (const auto& examples : missing) tokens += tokens_of(examples);
  if (tokens == 0) return;
  Activity activity(events_, "fill boundary " + std::to_string(stages_ - 1) + " of " + name, "tokens", tokens);
  activity.finish(fill_missing(missing, activity));
  const double seconds = begin.seconds();
  use_.fill_seconds += seconds;
  use_.seconds_saved -= seconds;
}

bool PrefixCache::holds(const DataSet& set) const {
  return active() &&
         std::ranges::all_of(set.examples, [&](const Example& example) { return space_->contains(key_of(example)); });
}

CacheUse PrefixCache::use() const {
  CacheUse use = use_;
  if (device_rows_) use.bytes_on_device = device_rows_->bytes_held();
  use.bytes_written = written_before_;
  if (store_ != nullptr) {
    use.bytes_held = static_cast<std::int64_t>(store_->memory_held());
    use.bytes_written += static_cast<std::int64_t>(store_->bytes_written());
  }
  return use;
}

/// Each example once that is not there, by the number of stages that it need not go through.
std::vector<std::vector<const Example*>> PrefixCache::find_missing(const DataSet& set) {
  std::vector<std::vector<const Example*>> missing(static_cast<std::size_t>(stages_));
  std::unordered_set<Hash128> seen;
  for (const auto& example : set.examples) {
    const auto key = key_of(example);
    if (!seen.insert(key).second) continue;
    if (space_->find(key)) {
      ++use_.reused;
      continue;
    }
    open_lower();
    missing[static_cast<std::size_t>(lower_start(key))].push_back(&example);
  }
  return missing;
}

/// Ends early when neither memory nor disk takes more: the rest is computed whenever it is asked for. Returns how many
/// tokens were done.
std::int64_t PrefixCache::fill_missing(const std::vector<std::vector<const Example*>>& missing, Activity& activity) {
  const auto bytes = std::min<std::uint64_t>(kSegmentBytes, store_->most_room() / 2);
  const auto most = std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes / row_bytes(stages_)));
  std::int64_t done = 0;
  for (std::size_t from = 0; from < missing.size(); ++from)
    for (const auto& part : cut(missing[from], most)) {
      if (stop_signal_.load() != 0) return done;
      if (!fill_segment(part, static_cast<int>(from), done, activity)) {
        if (stop_signal_.load() == 0)
          log_info("boundary " + std::to_string(stages_ - 1) + ": the cache has no room for more");
        return done;
      }
    }
  return done;
}

/// False when the segment found no place, or a signal asked for the end.
bool PrefixCache::fill_segment(const std::vector<const Example*>& examples, int from, std::int64_t& done,
                               Activity& activity) {
  std::vector<SegmentEntry> entries;
  for (const auto* example : examples) entries.push_back({key_of(*example), example->tokens.size()});
  const auto name = segment_name(entries);
  if (space_->adopt(name)) {
    done += tokens_of(examples);
    activity.advance(done);
    return true;
  }
  if (!store_->has_room(static_cast<std::uint64_t>(tokens_of(examples)) * row_bytes(stages_))) return false;
  SegmentBuilder builder(space_->key(), row_bytes(stages_), entries);
  for (const auto& part : cut(examples, kFillTokens)) {
    if (stop_signal_.load() != 0) return false;
    const auto rows = compute(from, part);
    std::int64_t row = 0;
    for (const auto* example : part) {
      put(rows.narrow(0, row, tokens_of(*example)), builder.next());
      row += tokens_of(*example);
    }
    use_.misses += static_cast<std::int64_t>(part.size());
    done += tokens_of(part);
    activity.advance(done);
  }
  return space_->add(name, builder.build());
}

at::Tensor PrefixCache::rows(const Batch& batch) {
  const Stopwatch begin;
  std::vector<ExampleRows> asked;
  for (const auto* example : batch.examples) asked.push_back({key_of(*example), tokens_of(*example)});
  Computed computed;
  auto rows = device_rows_->gather(asked, [&](std::span<const std::size_t> absent, const at::Tensor& to) {
    computed = read(batch, asked, absent, to);
  });
  const auto padding = batch.packing.rows() - tokens_of(batch);
  if (padding > 0) rows = at::cat({rows, at::zeros(network_.hidden_rows().shape(padding, stages_), rows.options())});
  const auto hit_tokens = tokens_of(batch) - computed.tokens;
  use_.hits += std::ssize(batch.examples) - computed.examples;
  use_.misses += computed.examples;
  use_.bytes_read += hit_tokens * static_cast<std::int64_t>(row_bytes(stages_));
  use_.seconds_saved += static_cast<double>(hit_tokens) * seconds_per_token_ - (begin.seconds() - computed.seconds);
  return rows;
}

/// From the host's memory or files. What is not there either is computed, and rounded as what is kept, so that it does
/// not matter what had room.
PrefixCache::Computed PrefixCache::read(const Batch& batch, std::span<const ExampleRows> asked,
                                        std::span<const std::size_t> absent, const at::Tensor& rows) {
  std::vector<const Example*> missing;
  std::vector<at::Tensor> places;
  std::int64_t row = 0;
  for (const auto i : absent) {
    const auto place = rows.narrow(0, row, asked[i].rows);
    row += asked[i].rows;
    const auto bytes = space_->find(asked[i].example);
    if (bytes && bytes->size() == place.nbytes()) {
      std::memcpy(place.mutable_data_ptr(), bytes->data(), bytes->size());
    } else {
      missing.push_back(batch.examples[i]);
      places.push_back(place);
    }
  }
  if (missing.empty()) return {};
  const Stopwatch begin;
  const auto computed = compute(0, missing);
  row = 0;
  for (const auto& place : places) {
    place.copy_(computed.narrow(0, row, place.size(0)));
    row += place.size(0);
  }
  return {std::ssize(missing), row, begin.seconds()};
}

}  // namespace fthost
