#pragma once

/// Entities by the letter of a tagging scheme: what does not follow it is no entity (seqeval's mode="strict").

#include <fthost/entities.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

enum class TagScheme {
  iob1,   ///< I is in an entity; B opens one that directly follows another one of its type.
  iob2,   ///< B opens an entity, I of the same type goes on.
  iobes,  ///< S is an entity of one word; else B opens, I goes on and E ends it. Also called BIOES.
};

/// "IOB2".
std::string_view scheme_name(TagScheme scheme);

/// The entities of one tag sequence. Throws Error for a tag whose prefix is not the scheme's.
std::vector<Entity> find_entities_strict(std::span<const std::string> tags, TagScheme scheme);

/// As score_entities.
EntityScores score_entities_strict(std::span<const std::vector<std::string>> gold,
                                   std::span<const std::vector<std::string>> predicted, TagScheme scheme);

}  // namespace fthost
