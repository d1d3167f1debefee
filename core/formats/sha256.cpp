#include "core/formats/sha256.h"

#include <fthost/files.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace fthost {
namespace {

class Hash {
 public:
  Hash() : context_(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free) {
    require(context_ != nullptr && ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) == 1);
  }

  void add(std::string_view bytes) { require(::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }

  std::string hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    require(::EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      text += digits[digest[i] >> 4U];
      text += digits[digest[i] & 15U];
    }
    return text;
  }

 private:
  static void require(bool done) {
    if (!done) throw Error("libcrypto cannot compute SHA-256");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context_;
};

/// A file open for reading.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) throw FileError("cannot open " + path.string(), errno);
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

std::string sha256(std::string_view bytes) {
  Hash hash;
  hash.add(bytes);
  return hash.hexadecimal();
}

FileHash hash_file(const std::filesystem::path& path) {
  const Descriptor file(path);
  Hash hash;
  FileHash result;
  std::vector<char> piece(std::size_t{1} << 20U);
  for (;;) {
    const auto size = ::read(file.number(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw FileError("cannot read " + path.string(), errno);
    if (size == 0) break;
    hash.add({piece.data(), static_cast<std::size_t>(size)});
    result.bytes += static_cast<std::uint64_t>(size);
  }
  result.sha256 = hash.hexadecimal();
  return result;
}

}  // namespace fthost
