#include "core/formats/utf8.h"

#include <cstdint>
#include <cstring>

namespace fthost::utf8 {
namespace {

/// What a first byte promises: the sequence's length and the range that its second byte must be in (Unicode standard,
/// table 3-7). The other bytes are 0x80 to 0xBF.
struct Lead {
  std::size_t length;
  unsigned char low, high;
};

Lead lead_of(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

/// The end of the run of ASCII bytes that starts at `at`.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size()) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, 8);
    if ((eight & 0x8080808080808080U) != 0) break;
    at += 8;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

Decoded decode(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1, true};
  const auto [length, low, high] = lead_of(first);
  if (length == 0) return {kReplacement, 1, false};
  auto value = static_cast<char32_t>(first & (0xFFU >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size()) return {kReplacement, i, false};
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (byte < (i == 1 ? low : 0x80) || byte > (i == 1 ? high : 0xBF)) return {kReplacement, i, false};
    value = (value << 6) | (byte & 0x3FU);
  }
  return {value, length, true};
}

void append(std::string& out, char32_t value) {
  if (value < 0x80) {
    out.push_back(static_cast<char>(value));
    return;
  }
  const auto trailing = [&](unsigned shift) { out.push_back(static_cast<char>(0x80U | ((value >> shift) & 0x3FU))); };
  if (value < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (value >> 6)));
  } else {
    if (value < 0x10000) {
      out.push_back(static_cast<char>(0xE0U | (value >> 12)));
    } else {
      out.push_back(static_cast<char>(0xF0U | (value >> 18)));
      trailing(12);
    }
    trailing(6);
  }
  trailing(0);
}

std::size_t first_bad_byte(std::string_view text) {
  for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
    const auto decoded = decode(text, at);
    if (!decoded.valid) return at;
    at += decoded.length;
  }
  return std::string_view::npos;
}

std::size_t count(std::string_view text) {
  std::size_t points = 0;
  for (std::size_t at = 0; at < text.size(); ++points) at += decode(text, at).length;
  return points;
}

std::string replace_invalid(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto decoded = decode(text, at);
    append(out, decoded.value);
    at += decoded.length;
  }
  return out;
}

}  // namespace fthost::utf8
