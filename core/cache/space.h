#pragma once

/// All rows under one key: what one prefix gave at one boundary. Rows are found by the content of the example that
/// they are of. One thread.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cache/hash.h"
#include "core/cache/segment.h"
#include "core/cache/store.h"

namespace fthost {

class CacheSpace {
 public:
  /// Lists what the store's folder holds of this space. `description`: the text of space.json. `store` must outlive it.
  CacheSpace(CacheStore& store, const Hash128& key, std::uint64_t row_bytes, std::string description);

  const Hash128& key() const { return key_; }
  std::uint64_t row_bytes() const { return row_bytes_; }

  /// The rows of an example, or none. A segment is checked as a whole when it is used for the first time; one that is
  /// damaged is removed with a warning, and what it held is found no more. Valid as long as the space.
  std::optional<std::span<const std::byte>> find(const Hash128& example);

  /// Is the example listed? Its segment may yet turn out to be damaged.
  bool contains(const Hash128& example) const { return places_.contains(example); }

  /// Takes over the file of that name if another process has written it since. True when it is there and whole.
  bool adopt(const std::string& name);

  /// Adds a segment that SegmentBuilder built, to the files where they have room and to memory while that lasts. False
  /// when neither took it: it is lost then.
  bool add(const std::string& name, std::vector<std::byte> segment);

  /// Number of segments, forgotten ones too.
  std::size_t segments() const { return segments_.size(); }
  /// The examples whose rows are found in a segment.
  std::vector<Hash128> examples_in(std::size_t segment) const;
  /// Gives a segment's memory back. Its file, if it has one, stays.
  void forget(std::size_t segment);

 private:
  struct Segment {
    std::filesystem::path file;  ///< Empty: it is in memory only.
    SegmentBytes bytes;
    SegmentTable table;
    bool checked = false;
  };
  struct Place {
    std::size_t segment = 0;
    std::size_t entry = 0;
  };

  std::filesystem::path folder() const { return store_.limits().folder / hex(key_); }
  bool open(const std::filesystem::path& file);
  void remove_damaged(const std::filesystem::path& file, const std::string& why);
  void index(Segment&& segment);
  bool check(Segment& segment);
  void drop(std::size_t segment);

  CacheStore& store_;
  Hash128 key_;
  std::uint64_t row_bytes_;
  std::string description_;
  std::vector<Segment> segments_;
  std::unordered_map<Hash128, Place> places_;
};

}  // namespace fthost
