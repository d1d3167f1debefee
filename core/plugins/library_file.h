#pragma once

/// A library's file, open for reading, and which file that is.

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <span>

#include "core/plugins/elf_note.h"

namespace fthost {

/// Tells whether a file is still the one that was looked at.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t seconds = 0;  ///< When its content last changed.
  std::int64_t nanoseconds = 0;

  bool operator==(const FileIdentity&) const = default;
};

/// Reads by pread, so that a file that shrinks is an error and not a crash. Symbolic links are not followed.
class LibraryFile final : public ByteSource {
 public:
  /// Throws fthost::Error when it cannot be opened or is no regular file: "it cannot be opened: Permission denied".
  explicit LibraryFile(const std::filesystem::path& path);
  LibraryFile(const LibraryFile&) = delete;
  LibraryFile& operator=(const LibraryFile&) = delete;
  ~LibraryFile() override;

  std::uint64_t size() const override { return static_cast<std::uint64_t>(status_.st_size); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override;

  const struct stat& status() const { return status_; }
  FileIdentity identity() const;

 private:
  int descriptor_;
  struct stat status_ {};
};

}  // namespace fthost
