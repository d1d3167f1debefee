#include "core/cache/store.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/folder.h"
#include "core/run/log.h"

namespace fthost {

SegmentBytes SegmentBytes::map(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw FileError("cannot open " + file.string(), errno);
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  const auto size = known ? static_cast<std::size_t>(status.st_size) : 0;
  void* const at = known && size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  const int code = known && size == 0 ? EINVAL : errno;
  ::close(descriptor);
  if (at == MAP_FAILED) throw FileError("cannot map " + file.string(), code);
  SegmentBytes bytes;
  bytes.view_ = {static_cast<const std::byte*>(at), size};
  bytes.mapped_ = true;
  return bytes;
}

SegmentBytes::SegmentBytes(SegmentBytes&& other) noexcept {
  *this = std::move(other);
}

SegmentBytes& SegmentBytes::operator=(SegmentBytes&& other) noexcept {
  // A vector's memory moves with it: the view stays right.
  std::swap(owned_, other.owned_);
  std::swap(view_, other.view_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

SegmentBytes::~SegmentBytes() {
  if (mapped_) ::munmap(const_cast<std::byte*>(view_.data()), view_.size());
}

bool CacheStore::make_room(std::uint64_t bytes) {
  if (bytes > limits_.disk) return false;
  const auto in_use = [&](const std::filesystem::path& path) { return in_use_.contains(path); };
  return shrink_cache(files_, limits_.folder, limits_.disk - bytes, in_use).bytes_left <= limits_.disk - bytes;
}

void CacheStore::write_segment(const std::filesystem::path& file, std::span<const std::byte> bytes,
                               const std::string& space_json) {
  const auto folder = file.parent_path();
  files_.make_folder(folder);
  const auto description = folder / "space.json";
  std::error_code error;
  if (!std::filesystem::exists(description, error)) write_file(files_, description, space_json);
  write_file(files_, file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool CacheStore::write(const std::filesystem::path& file, std::span<const std::byte> bytes,
                       const std::string& space_json) {
  if (!has_disk() || disk_refused_) return false;
  try {
    prepare_cache_folder(files_, limits_.folder);
    if (!make_room(bytes.size())) {
      if (!std::exchange(full_, true))
        log_warning("the cache " + limits_.folder.string() + " is full of what this run uses ([cache] disk = " +
                    std::to_string(limits_.disk >> 20) + " MiB): the rest is not written to it");
      return false;
    }
    try {
      write_segment(file, bytes, space_json);
    } catch (const FileError& error) {
      if (error.code() != ENOENT) throw;
      write_segment(file, bytes, space_json);  // another process has just removed the space, which was empty
    }
  } catch (const FileError& error) {
    disk_refused_ = true;
    log_warning(std::string("the cache takes no more files in this run: ") + error.what());
    return false;
  }
  bytes_written_ += bytes.size();
  in_use_.insert(file);
  return true;
}

void CacheStore::use(const std::filesystem::path& file) {
  if (in_use_.insert(file).second) mark_used(file);
}

std::uint64_t CacheStore::most_room() const {
  const auto on_disk = disk_refused_ || full_ ? 0 : limits_.disk;
  return std::max(on_disk, limits_.memory - memory_held_);
}

bool CacheStore::has_room(std::uint64_t bytes) const {
  return bytes <= most_room();
}

bool CacheStore::take_memory(std::uint64_t bytes) {
  if (bytes > limits_.memory - memory_held_) return false;
  memory_held_ += bytes;
  return true;
}

}  // namespace fthost
