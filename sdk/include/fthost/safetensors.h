#pragma once

/// Files of tensors without code in them (https://github.com/huggingface/safetensors). A service of the host for model
/// plugins; knows bytes and shapes, not LibTorch.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/files.h>
#include <fthost/version.h>

namespace fthost {

/// Where a tensor lies in its file.
struct StoredTensor {
  std::string type;  ///< "F32", "F16", "BF16", "I64" …
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< Bytes from the start of the file.
  std::uint64_t size = 0;   ///< Bytes.
};

/// The header of one file, checked whole before anything is believed: sizes against the file, shapes against sizes, no
/// overlap, no hole, no name twice. Throws InputError that names the file and what is wrong in it.
class FTHOST_API SafetensorsFile {
 public:
  explicit SafetensorsFile(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }

  /// Reads a tensor's bytes (by pread, so that a file that shrinks is an error and not a crash) into `out`, whose size
  /// must be tensor.size. Safe to call from several threads.
  void read(const StoredTensor& tensor, std::span<std::byte> out) const;

 private:
  std::filesystem::path path_;
  std::map<std::string, StoredTensor, std::less<>> tensors_;
};

/// A tensor to be written; `bytes` must live until write_safetensors returns.
struct TensorBytes {
  std::string name;
  std::string type;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes the same bytes as safetensors.torch.save_file with metadata {"format": "pt"}: tensors by descending alignment
/// of their type, then by name; the header padded with blanks to a multiple of 8. Synced, not renamed.
FTHOST_API void write_safetensors(Files& files, const std::filesystem::path& path, std::vector<TensorBytes> tensors);

}  // namespace fthost
