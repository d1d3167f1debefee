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

/// The prefixes that a scheme knows.
std::string_view prefixes_of(Scheme scheme) {
  return scheme == Scheme::bioes ? "BIESO" : "BIO";
}

/// The type is what follows the prefix without '-' at its ends, "_" when that is nothing, as seqeval's Token has it.
StrictTag parse(std::string_view tag, Scheme scheme) {
  if (tag.empty() || prefixes_of(scheme).find(tag[0]) == std::string_view::npos)
    throw Error("the label '" + std::string(tag) + "' is not of the scheme " + std::string(scheme_name(scheme)) +
                (scheme == Scheme::bioes ? ": expected B-, I-, E-, S- or O" : ": expected B-, I- or O"));
  auto type = tag.substr(1);
  while (type.starts_with('-')) type.remove_prefix(1);
  while (type.ends_with('-')) type.remove_suffix(1);
  return {tag[0], type.empty() ? std::string_view("_") : type};
}

/// Does `now` open an entity behind `before`?
bool opens(const StrictTag& before, const StrictTag& now, Scheme scheme) {
  if (scheme != Scheme::iob1) return now.prefix == 'B' || now.prefix == 'S';
  const bool same_type = before.type == now.type;
  if (now.prefix == 'B') return before.prefix != 'O' && same_type;
  return now.prefix == 'I' && (before.prefix != 'I' || !same_type);
}

/// Does `now` go on with the entity that `before` is in?
bool goes_on(const StrictTag& before, const StrictTag& now) {
  return (before.prefix == 'B' || before.prefix == 'I') && (now.prefix == 'I' || now.prefix == 'E') &&
         before.type == now.type;
}

/// May the entity whose last tag is `last` end before `next`?
bool may_end(const StrictTag& last, const StrictTag& next, Scheme scheme) {
  if (scheme == Scheme::bioes) return last.prefix == 'E' || last.prefix == 'S';
  // In IOB1 a B is needed only behind an entity of its own type.
  return scheme == Scheme::iob2 || last.prefix != 'B' || next.prefix != 'B' || last.type == next.type;
}

}  // namespace

std::string_view scheme_name(Scheme scheme) {
  constexpr std::string_view names[] = {"none", "IOB1", "IOB2", "BIOES"};
  return names[static_cast<std::size_t>(scheme)];
}

std::vector<Entity> find_entities_strict(std::span<const std::string> tags, Scheme scheme) {
  if (scheme == Scheme::none) return {};
  const StrictTag outside{'O', "_"};
  std::vector<StrictTag> parsed = {outside};  // so that every tag has one before and one behind it
  for (const auto& tag : tags) parsed.push_back(parse(tag, scheme));
  parsed.push_back(outside);
  std::vector<Entity> entities;
  std::size_t end = 0;
  for (std::size_t begin = 1; begin < parsed.size(); begin = end) {
    end = begin + 1;
    if (!opens(parsed[begin - 1], parsed[begin], scheme)) continue;
    while (goes_on(parsed[end - 1], parsed[end])) ++end;
    if (!may_end(parsed[end - 1], parsed[end], scheme)) continue;
    entities.push_back(
        {std::string(parsed[begin].type), static_cast<std::int32_t>(begin) - 1, static_cast<std::int32_t>(end) - 1});
  }
  return entities;
}

EntityScores score_entities_strict(std::span<const std::vector<std::string>> gold,
                                   std::span<const std::vector<std::string>> predicted, Scheme scheme) {
  const auto find = [scheme](const std::vector<std::string>& tags) { return find_entities_strict(tags, scheme); };
  return count_entities(gold, find, predicted, find);
}

}  // namespace fthost
