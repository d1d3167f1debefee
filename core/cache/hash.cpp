#include "core/cache/hash.h"

#include <array>
#include <charconv>
#include <cstdio>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace fthost {
namespace {

constexpr std::size_t kDigits = 32;

Hash128 from(const XXH128_hash_t& hash) {
  return {hash.high64, hash.low64};
}

bool parse_half(std::string_view text, std::uint64_t& half) {
  for (const char c : text)
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) return false;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, half, 16).ptr == end;
}

}  // namespace

std::string hex(const Hash128& hash) {
  std::array<char, kDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high),
                static_cast<unsigned long long>(hash.low));
  return text.data();
}

std::optional<Hash128> parse_hex(std::string_view text) {
  Hash128 hash;
  if (text.size() != kDigits || !parse_half(text.substr(0, kDigits / 2), hash.high) ||
      !parse_half(text.substr(kDigits / 2), hash.low))
    return std::nullopt;
  return hash;
}

Hash128 hash_of(std::span<const std::byte> bytes) {
  return from(XXH3_128bits(bytes.data(), bytes.size()));
}

struct Hasher::State {
  XXH3_state_t value;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->value);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher::Hasher(const Hasher& other) : state_(std::make_unique<State>()) {
  XXH3_copyState(&state_->value, &other.state_->value);
}

Hasher& Hasher::add(std::span<const std::byte> bytes) {
  add(static_cast<std::uint64_t>(bytes.size()));
  XXH3_128bits_update(&state_->value, bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::add(std::string_view text) {
  return add(std::as_bytes(std::span(text)));
}

Hasher& Hasher::add(std::uint64_t number) {
  XXH3_128bits_update(&state_->value, &number, sizeof number);
  return *this;
}

Hash128 Hasher::digest() const {
  return from(XXH3_128bits_digest(&state_->value));
}

}  // namespace fthost
