#include <fthost/entities.h>
#include <fthost/error.h>

#include <algorithm>
#include <iterator>

#include "core/score/chunks.h"

namespace fthost {
namespace {

double quotient(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void require_same_shape(std::span<const std::vector<std::string>> gold,
                        std::span<const std::vector<std::string>> predicted) {
  if (gold.size() != predicted.size())
    throw Error("cannot score " + std::to_string(predicted.size()) + " predicted sentences against " +
                std::to_string(gold.size()));
  for (std::size_t i = 0; i < gold.size(); ++i)
    if (gold[i].size() != predicted[i].size())
      throw Error("cannot score sentence " + std::to_string(i + 1) + ": " + std::to_string(predicted[i].size()) +
                  " predicted labels for " + std::to_string(gold[i].size()) + " words");
}

/// Adds the sentence's entities, sorted.
void count(std::vector<Entity>& gold, std::vector<Entity>& predicted, EntityScores& scores) {
  std::sort(gold.begin(), gold.end());
  std::sort(predicted.begin(), predicted.end());
  std::vector<Entity> both;
  std::set_intersection(gold.begin(), gold.end(), predicted.begin(), predicted.end(), std::back_inserter(both));
  for (const auto& entity : gold) ++scores.by_type[entity.type].gold;
  for (const auto& entity : predicted) ++scores.by_type[entity.type].predicted;
  for (const auto& entity : both) ++scores.by_type[entity.type].correct;
}

}  // namespace

double Score::precision() const {
  return quotient(correct, predicted);
}

double Score::recall() const {
  return quotient(correct, gold);
}

double Score::f1() const {
  const double p = precision();
  const double r = recall();
  return p + r == 0 ? 0 : 2 * p * r / (p + r);
}

std::vector<Entity> find_entities(std::span<const std::string> tags) {
  ChunkScanner scanner;
  std::vector<Entity> entities;
  for (const auto& tag : tags) scanner.take(tag, entities);
  scanner.take("O", entities);
  return entities;
}

EntityScores score_entities(std::span<const std::vector<std::string>> gold,
                            std::span<const std::vector<std::string>> predicted) {
  require_same_shape(gold, predicted);
  // One scanner runs through all sentences with an "O" behind each, as in seqeval: it matters for tags of unknown form.
  ChunkScanner gold_scanner;
  ChunkScanner predicted_scanner;
  EntityScores scores;
  const auto scan = [](ChunkScanner& scanner, const std::vector<std::string>& tags) {
    std::vector<Entity> entities;
    for (const auto& tag : tags) scanner.take(tag, entities);
    scanner.take("O", entities);
    return entities;
  };
  for (std::size_t i = 0; i < gold.size(); ++i) {
    auto gold_entities = scan(gold_scanner, gold[i]);
    auto predicted_entities = scan(predicted_scanner, predicted[i]);
    count(gold_entities, predicted_entities, scores);
  }
  for (const auto& [type, score] : scores.by_type) {
    scores.micro.correct += score.correct;
    scores.micro.predicted += score.predicted;
    scores.micro.gold += score.gold;
  }
  return scores;
}

}  // namespace fthost
