#pragma once

/// 128 bits that stand for a content: XXH3, which is fast (it reads memory at its speed) and no shield against forgers.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fthost {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Hash128&) const = default;
};

/// 32 hexadecimal digits.
std::string hex(const Hash128& hash);
/// The reverse of hex(); none for any other text.
std::optional<Hash128> parse_hex(std::string_view text);

Hash128 hash_of(std::span<const std::byte> bytes);

/// A hash over parts, each told apart from its neighbours by its length.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) = delete;
  /// Goes on from the same state: prefixes of one another are hashed once.
  Hasher(const Hasher& other);

  Hasher& add(std::span<const std::byte> bytes);
  Hasher& add(std::string_view text);
  Hasher& add(std::uint64_t number);
  Hash128 digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fthost

template <>
struct std::hash<fthost::Hash128> {
  std::size_t operator()(const fthost::Hash128& value) const noexcept { return static_cast<std::size_t>(value.low); }
};
