#include "core/score/chunks.h"

#include "core/formats/utf8.h"

namespace fthost {
namespace {

struct Tag {
  char32_t prefix;
  std::string_view type;
};

/// The first character, and what stands behind the first '-' after it (all of the rest when there is none).
Tag parse(std::string_view tag) {
  if (tag.empty()) return {U'O', "_"};
  const auto first = utf8::decode(tag, 0);
  auto rest = tag.substr(first.length);
  if (const auto dash = rest.find('-'); dash != std::string_view::npos) rest.remove_prefix(dash + 1);
  return {first.value, rest.empty() ? std::string_view("_") : rest};
}

bool outside(char32_t prefix) {
  return prefix == U'O' || prefix == U'.';
}

bool ends(char32_t before, char32_t now, bool same_type) {
  if (before == U'E' || before == U'S') return true;
  if ((before == U'B' || before == U'I') && (now == U'B' || now == U'S' || now == U'O')) return true;
  return !outside(before) && !same_type;
}

bool starts(char32_t before, char32_t now, bool same_type) {
  if (now == U'B' || now == U'S') return true;
  if ((before == U'E' || before == U'S' || before == U'O') && (now == U'E' || now == U'I')) return true;
  return !outside(now) && !same_type;
}

}  // namespace

void ChunkScanner::take(std::string_view tag, std::vector<Entity>& out) {
  const auto [prefix, type] = parse(tag);
  const bool same_type = type == type_;
  if (ends(prefix_, prefix, same_type)) out.push_back({type_, begin_, place_});
  if (starts(prefix_, prefix, same_type)) begin_ = place_;
  prefix_ = prefix;
  type_ = type;
  ++place_;
}

}  // namespace fthost
