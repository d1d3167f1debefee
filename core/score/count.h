#pragma once

/// What all ways of scoring share: comparing the entities of gold and predicted tags, and averages.

#include <fthost/entities.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace fthost {

/// The entities of one sentence after the other, each once.
using EntityFinder = std::function<std::vector<Entity>(const std::vector<std::string>& tags)>;

/// Counts what both finders find. Both lists hold one tag list per sentence; throws Error when their shapes differ.
EntityScores count_entities(std::span<const std::vector<std::string>> gold, const EntityFinder& find_gold,
                            std::span<const std::vector<std::string>> predicted, const EntityFinder& find_predicted);

/// Throws Error when the lists, one tag list per sentence, differ in shape.
void require_same_shape(std::span<const std::vector<std::string>> gold,
                        std::span<const std::vector<std::string>> predicted);

/// Adds the counts of all types to `micro`, which must be zero.
void add_up(EntityScores& scores);

/// Means over the types, each counting the same, as seqeval's average="macro"; 0 when there are none.
struct MacroAverages {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};
MacroAverages macro_averages(const EntityScores& scores);

}  // namespace fthost
