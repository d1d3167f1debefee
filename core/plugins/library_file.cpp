#include "core/plugins/library_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <fthost/error.h>

namespace fthost {
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

}  // namespace

// O_NONBLOCK: opening a pipe would wait for its other end.
LibraryFile::LibraryFile(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)) {
  if (descriptor_ < 0) throw Error("it cannot be opened: " + reason(errno));
  if (::fstat(descriptor_, &status_) == 0 && S_ISREG(status_.st_mode)) return;
  ::close(descriptor_);
  throw Error("it is no regular file");
}

LibraryFile::~LibraryFile() {
  ::close(descriptor_);
}

void LibraryFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const auto n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error("it cannot be read: " + reason(errno));
    if (n == 0) throw Error("it became shorter while it was read");
    offset += static_cast<std::uint64_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

FileIdentity LibraryFile::identity() const {
  return {status_.st_dev, status_.st_ino, status_.st_size, status_.st_mtim.tv_sec, status_.st_mtim.tv_nsec};
}

}  // namespace fthost
