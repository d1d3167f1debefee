#include <fthost/files.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fthost {
namespace {

std::string reason(int code) {
  switch (code) {
    case ENOSPC:
      return std::string(std::strerror(code)) + "; make room there, or use a folder on another disk";
    case EDQUOT:
      return std::string(std::strerror(code)) + "; delete something, or use a folder on another disk";
    case EEXIST:
      return "something else has that name";
    case ELOOP:
      return "it is a symbolic link, and fthost writes through none";
    default:
      return std::strerror(code);
  }
}

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path) {
  throw FileError(std::string("cannot ") + verb + " " + path.string(), errno);
}

/// Calls again what a signal interrupted.
template <class Call>
auto uninterrupted(const Call& call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

class DiskOutputFile final : public OutputFile {
 public:
  DiskOutputFile(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~DiskOutputFile() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  DiskOutputFile(const DiskOutputFile&) = delete;
  DiskOutputFile& operator=(const DiskOutputFile&) = delete;

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto written = uninterrupted([&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
      if (written < 0) fail("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync() override {
    if (uninterrupted([&] { return ::fsync(descriptor_); }) != 0) fail("sync", path_);
  }

  void close() override {
    // Linux closes the descriptor whatever close() returns: calling it again could close another thread's file.
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail("close", path_);
  }

 private:
  int descriptor_;
  std::filesystem::path path_;
};

class Disk final : public Files {
 public:
  std::unique_ptr<OutputFile> create(const std::filesystem::path& path) override { return open(path, O_TRUNC); }
  std::unique_ptr<OutputFile> append(const std::filesystem::path& path) override { return open(path, O_APPEND); }

  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0)
      throw FileError("cannot rename " + from.string() + " to " + to.string(), errno);
  }

  void sync_folder(const std::filesystem::path& folder) override {
    const int descriptor = uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) fail("open the folder", folder);
    // Some network file systems know no sync of folders and say so by EINVAL: there is nothing to wait for then.
    const int code = uninterrupted([&] { return ::fsync(descriptor); }) != 0 && errno != EINVAL ? errno : 0;
    ::close(descriptor);
    if (code != 0) throw FileError("cannot sync the folder " + folder.string(), code);
  }

  bool make_folder(const std::filesystem::path& folder) override {
    if (::mkdir(folder.c_str(), 0777) == 0) return true;
    if (errno != EEXIST) fail("make the folder", folder);
    return false;
  }

  void remove(const std::filesystem::path& path) override {
    if (::remove(path.c_str()) != 0) fail("remove", path);
  }

 private:
  static std::unique_ptr<OutputFile> open(const std::filesystem::path& path, int mode) {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | mode;
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags, 0666); });
    if (descriptor < 0) fail("open", path);
    return std::make_unique<DiskOutputFile>(descriptor, path);
  }
};

/// A name beside `path` that no other process or thread uses.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> count{0};
  const auto suffix = ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  return path.parent_path() / ("." + path.filename().string() + suffix);
}

}  // namespace

FileError::FileError(const std::string& operation, int code) : Error(operation + ": " + reason(code)), code_(code) {}
FileError::~FileError() = default;

Files& disk() {
  static Disk files;
  return files;
}

void write_file(Files& files, const std::filesystem::path& path, std::string_view bytes) {
  const auto temporary = temporary_beside(path);
  auto file = files.create(temporary);
  try {
    file->write(bytes);
    file->sync();
    file->close();
    files.rename(temporary, path);
  } catch (...) {
    try {
      files.remove(temporary);
    } catch (const FileError&) {
      // The first failure is the one to tell; the temporary file may stay on a disk that refuses everything.
    }
    throw;
  }
  files.sync_folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

}  // namespace fthost
