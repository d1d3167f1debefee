#pragma once

/// SHA-256 of bytes and files, for records: libcrypto's, which uses the CPU's own instructions for it.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fthost {

/// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

struct FileHash {
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// Reads the whole file piece by piece. Throws FileError.
FileHash hash_file(const std::filesystem::path& path);

}  // namespace fthost
