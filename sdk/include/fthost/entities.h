#pragma once

/// Entity spans in tag sequences and their precision, recall and F1. A service of the host for sinks and heads.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <fthost/version.h>

namespace fthost {

/// Words begin … end-1 of a sentence.
struct Entity {
  std::string type;
  std::int32_t begin = 0;
  std::int32_t end = 0;

  auto operator<=>(const Entity&) const = default;
};

/// The entities of one tag sequence by seqeval's default rules (seqeval.metrics.sequence_labeling.get_entities, which
/// follow conlleval's): prefixes B I E S in front of the type, O outside, lenient about malformed sequences.
FTHOST_API std::vector<Entity> find_entities(std::span<const std::string> tags);

/// Counts, and the figures that follow from them. A quotient by zero is 0, as in seqeval.
struct FTHOST_API Score {
  std::int64_t correct = 0;
  std::int64_t predicted = 0;
  std::int64_t gold = 0;  ///< Also called support.

  double precision() const;
  double recall() const;
  double f1() const;
};

/// Scores per type and over all.
struct EntityScores {
  Score micro;
  std::map<std::string, Score> by_type;
};

/// Both lists hold one tag list per sentence and have the same shape; throws fthost::Error when not.
FTHOST_API EntityScores score_entities(std::span<const std::vector<std::string>> gold,
                                       std::span<const std::vector<std::string>> predicted);

/// The same for all sentences joined end to end as if they were one: an entity may then run over the border of a
/// sentence, and an I- that opens one goes on with the entity at the end of the one before. It is what programs report
/// that hand seqeval one flat list of tags.
FTHOST_API EntityScores score_entities_flat(std::span<const std::vector<std::string>> gold,
                                            std::span<const std::vector<std::string>> predicted);

}  // namespace fthost
