#pragma once

/// Entities by the letter of a tagging scheme: what does not follow it is no entity (seqeval's mode="strict").

#include <fthost/entities.h>
#include <fthost/scheme.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// As texts write it: "IOB2", "BIOES".
std::string_view scheme_name(Scheme scheme);

/// The entities of one tag sequence; the scheme `none` knows none. Throws Error for a tag whose prefix is not the
/// scheme's.
std::vector<Entity> find_entities_strict(std::span<const std::string> tags, Scheme scheme);

/// As score_entities.
EntityScores score_entities_strict(std::span<const std::vector<std::string>> gold,
                                   std::span<const std::vector<std::string>> predicted, Scheme scheme);

}  // namespace fthost
