#pragma once

/// The description that a plugin library carries, taken out of its file without opening it as a library.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fthost {

/// Bytes that can be read from anywhere: a file, or memory in a test.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on; both lie within size(). Throws fthost::Error when that fails all the same.
  virtual void read(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

/// Most bytes of a note segment that are read.
inline constexpr std::uint64_t kLargestNote = std::uint64_t{1} << 20U;

/// The descriptor of the fthost note of a 64-bit little-endian ELF library. Looks at the ELF header and the program
/// headers only (sections are gone after `strip`), checks every offset and size against the file, and also that all
/// that would be mapped is there: opening a library that was cut short kills the process. Throws fthost::Error that
/// says what is wrong, to be read after the file's name: "it is no ELF file, so no shared library".
std::vector<std::byte> read_note(const ByteSource& file);

}  // namespace fthost
