/// libFuzzer target: any bytes are a file, or a zip with one file in it, that can be read to its end or is refused.

#include <fthost/error.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "plugins/gmb-csv/zip_stream.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fthost::require;
  // In memory, but with a path.
  const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  require(file >= 0);
  require(::write(file, data, size) == static_cast<ssize_t>(size));
  const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file);
  try {
    const auto stream = gmb::open_plain_or_zip(path);
    std::vector<char> piece(4096);
    // A small zip may hold gigabytes: some are enough.
    for (int i = 0; i < 64 && stream->read(piece.data(), static_cast<std::streamsize>(piece.size())); ++i) {
    }
  } catch (const fthost::InputError& error) {
    require(!error.messages().empty());
  }
  ::close(file);
  return 0;
}
