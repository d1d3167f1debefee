#include "core/score/strict.h"

#include <fthost/error.h>

#include <string_view>

#include "core/score/count.h"

namespace fthost {
namespace {

struct StrictTag {
  char prefix;
  std::string_view type;
};

/// The type is what follows the prefix without '-' at its ends, "_" when that is nothing, as seqeval's Token has it.
StrictTag parse(std::string_view tag, TagScheme scheme) {
  const std::string_view prefixes = scheme == TagScheme::iob2 ? "BIO" : "BIESO";
  if (tag.empty() || prefixes.find(tag[0]) == std::string_view::npos)
    throw Error("the label '" + std::string(tag) + "' is not of the scheme " +
                (scheme == TagScheme::iob2 ? "IOB2: expected B-, I- or O" : "IOBES: expected B-, I-, E-, S- or O"));
  auto type = tag.substr(1);
  while (type.starts_with('-')) type.remove_prefix(1);
  while (type.ends_with('-')) type.remove_suffix(1);
  return {tag[0], type.empty() ? std::string_view("_") : type};
}

/// Does `now` go on with the entity that `before` is in?
bool goes_on(const StrictTag& before, const StrictTag& now) {
  return (before.prefix == 'B' || before.prefix == 'I') && (now.prefix == 'I' || now.prefix == 'E') &&
         before.type == now.type;
}

}  // namespace

std::vector<Entity> find_entities_strict(std::span<const std::string> tags, TagScheme scheme) {
  std::vector<StrictTag> parsed;
  for (const auto& tag : tags) parsed.push_back(parse(tag, scheme));
  std::vector<Entity> entities;
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < parsed.size(); begin = end) {
    end = begin + 1;
    if (parsed[begin].prefix != 'B' && parsed[begin].prefix != 'S') continue;
    while (end < parsed.size() && goes_on(parsed[end - 1], parsed[end])) ++end;
    const char last = parsed[end - 1].prefix;
    if (scheme == TagScheme::iobes && last != 'E' && last != 'S') continue;
    entities.push_back(
        {std::string(parsed[begin].type), static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)});
  }
  return entities;
}

EntityScores score_entities_strict(std::span<const std::vector<std::string>> gold,
                                   std::span<const std::vector<std::string>> predicted, TagScheme scheme) {
  const auto find = [scheme](const std::vector<std::string>& tags) { return find_entities_strict(tags, scheme); };
  return count_entities(gold, find, predicted, find);
}

}  // namespace fthost
