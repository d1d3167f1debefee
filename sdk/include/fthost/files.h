#pragma once

/// Every file that fthost writes goes through this small interface, so that a test can fail any call of it. Files that
/// must never be seen half-written are written beside, synced and renamed: use `write_file`.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fthost/error.h>
#include <fthost/version.h>

namespace fthost {

/// A call of the file system failed. what(): "cannot rename a to b: No space left on device".
class FTHOST_API FileError : public Error {
 public:
  /// `operation`: "cannot write runs/x/metrics.csv"; `code`: the value of errno.
  FileError(const std::string& operation, int code);
  ~FileError() override;

  int code() const { return code_; }

 private:
  int code_;
};

/// A file open for writing. Closed by the destructor, which reports nothing: call `close` to know. All throw FileError.
class FTHOST_API OutputFile {
 public:
  virtual ~OutputFile();

  /// Writes all of `bytes` with as few system calls as possible; no buffer of its own.
  virtual void write(std::string_view bytes) = 0;
  /// Returns when what was written is on the disk (fsync).
  virtual void sync() = 0;
  virtual void close() = 0;
};

/// The outside world's disk. Safe to call from several threads. All throw FileError.
class FTHOST_API Files {
 public:
  virtual ~Files();

  /// A new, empty file; one that is there is replaced. A symbolic link at the last part of the path is refused.
  virtual std::unique_ptr<OutputFile> create(const std::filesystem::path& path) = 0;
  /// Opens for adding at the end, making the file when there is none.
  virtual std::unique_ptr<OutputFile> append(const std::filesystem::path& path) = 0;
  /// Atomically replaces `to`.
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// Returns when the folder's entries are on the disk.
  virtual void sync_folder(const std::filesystem::path& folder) = 0;
  /// Makes one folder; returns false when it was there already.
  virtual bool make_folder(const std::filesystem::path& folder) = 0;
  virtual void remove(const std::filesystem::path& path) = 0;
};

/// The real disk.
FTHOST_API Files& disk();

/// Writes `bytes` to a temporary file beside `path`, syncs it, renames it to `path` and syncs the folder: whoever looks
/// sees the old file or the new one, whole. On failure the temporary file is removed and FileError thrown.
FTHOST_API void write_file(Files& files, const std::filesystem::path& path, std::string_view bytes);

}  // namespace fthost
