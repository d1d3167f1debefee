#include <fthost/entities.h>

#include "core/score/chunks.h"
#include "core/score/count.h"

namespace fthost {
namespace {

std::vector<Entity> find(ChunkScanner& scanner, std::span<const std::string> tags) {
  std::vector<Entity> entities;
  for (const auto& tag : tags) scanner.take(tag, entities);
  scanner.take("O", entities);
  return entities;
}

/// One scanner for all sentences, with an "O" behind each, as in seqeval: it matters for tags of unknown form.
EntityFinder finder() {
  return [scanner = ChunkScanner()](const std::vector<std::string>& tags) mutable { return find(scanner, tags); };
}

std::vector<std::string> joined(std::span<const std::vector<std::string>> sentences) {
  std::vector<std::string> flat;
  for (const auto& tags : sentences) flat.insert(flat.end(), tags.begin(), tags.end());
  return flat;
}

}  // namespace

std::vector<Entity> find_entities(std::span<const std::string> tags) {
  ChunkScanner scanner;
  return find(scanner, tags);
}

EntityScores score_entities(std::span<const std::vector<std::string>> gold,
                            std::span<const std::vector<std::string>> predicted) {
  return count_entities(gold, finder(), predicted, finder());
}

EntityScores score_entities_flat(std::span<const std::vector<std::string>> gold,
                                 std::span<const std::vector<std::string>> predicted) {
  require_same_shape(gold, predicted);
  const std::vector<std::vector<std::string>> flat_gold = {joined(gold)};
  const std::vector<std::vector<std::string>> flat_predicted = {joined(predicted)};
  return score_entities(flat_gold, flat_predicted);
}

}  // namespace fthost
