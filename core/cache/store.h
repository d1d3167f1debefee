#pragma once

/// How much a run may keep, and where: memory first, then mapped files.

#include <fthost/files.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fthost {

struct CacheLimits {
  std::uint64_t memory = 0;      ///< Bytes that this process may hold.
  std::uint64_t disk = 0;        ///< Bytes that the folder may hold, whoever wrote them; 0: no files at all.
  std::filesystem::path folder;  ///< Made when the first file is written.
};

/// The bytes of one segment, in memory of our own or mapped from its file. Movable.
class SegmentBytes {
 public:
  SegmentBytes() = default;
  explicit SegmentBytes(std::vector<std::byte> owned) : owned_(std::move(owned)), view_(owned_) {}
  /// Maps the file. Throws FileError.
  static SegmentBytes map(const std::filesystem::path& file);

  SegmentBytes(SegmentBytes&& other) noexcept;
  SegmentBytes& operator=(SegmentBytes&& other) noexcept;
  ~SegmentBytes();

  std::span<const std::byte> view() const { return view_; }
  bool mapped() const { return mapped_; }

 private:
  std::vector<std::byte> owned_;
  std::span<const std::byte> view_;
  bool mapped_ = false;
};

/// Shared by the spaces of one run. Used on one thread.
class CacheStore {
 public:
  /// `files` must outlive it.
  CacheStore(Files& files, CacheLimits limits) : files_(files), limits_(std::move(limits)) {}

  Files& files() const { return files_; }
  const CacheLimits& limits() const { return limits_; }
  bool has_disk() const { return limits_.disk > 0; }

  /// Writes a segment's file, after the least recently used ones made room for it. False when it was not written: it
  /// does not fit, or the disk refuses, which ends writing for this run; a warning says so once.
  bool write(const std::filesystem::path& file, std::span<const std::byte> bytes, const std::string& space_json);

  /// The file is used by this run: it is marked so, and never removed to make room.
  void use(const std::filesystem::path& file);

  /// Takes `bytes` out of the budget of memory, if they are there.
  bool take_memory(std::uint64_t bytes);

  /// Bytes of the largest segment that could still be kept.
  std::uint64_t most_room() const;
  /// Could a segment of that size still be kept? It may yet turn out that the disk does not take it.
  bool has_room(std::uint64_t bytes) const;

  std::uint64_t memory_held() const { return memory_held_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  void write_segment(const std::filesystem::path& file, std::span<const std::byte> bytes,
                     const std::string& space_json);
  bool make_room(std::uint64_t bytes);

  Files& files_;
  CacheLimits limits_;
  std::set<std::filesystem::path> in_use_;
  std::uint64_t memory_held_ = 0;
  std::uint64_t bytes_written_ = 0;
  bool disk_refused_ = false;
  bool full_ = false;
};

}  // namespace fthost
