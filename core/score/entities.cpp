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

}  // namespace

std::vector<Entity> find_entities(std::span<const std::string> tags) {
  ChunkScanner scanner;
  return find(scanner, tags);
}

EntityScores score_entities(std::span<const std::vector<std::string>> gold,
                            std::span<const std::vector<std::string>> predicted) {
  return count_entities(gold, finder(), predicted, finder());
}

}  // namespace fthost
