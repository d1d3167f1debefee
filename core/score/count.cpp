#include "core/score/count.h"

#include <fthost/error.h>

#include <algorithm>
#include <iterator>

namespace fthost {
namespace {

double quotient(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

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

void add_up(EntityScores& scores) {
  for (const auto& [type, score] : scores.by_type) {
    scores.micro.correct += score.correct;
    scores.micro.predicted += score.predicted;
    scores.micro.gold += score.gold;
  }
}

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

EntityScores count_entities(std::span<const std::vector<std::string>> gold, const EntityFinder& find_gold,
                            std::span<const std::vector<std::string>> predicted, const EntityFinder& find_predicted) {
  require_same_shape(gold, predicted);
  EntityScores scores;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    auto wanted = find_gold(gold[i]);
    auto found = find_predicted(predicted[i]);
    std::sort(wanted.begin(), wanted.end());
    std::sort(found.begin(), found.end());
    std::vector<Entity> both;
    std::set_intersection(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(both));
    for (const auto& entity : wanted) ++scores.by_type[entity.type].gold;
    for (const auto& entity : found) ++scores.by_type[entity.type].predicted;
    for (const auto& entity : both) ++scores.by_type[entity.type].correct;
  }
  add_up(scores);
  return scores;
}

MacroAverages macro_averages(const EntityScores& scores) {
  MacroAverages sums;
  if (scores.by_type.empty()) return sums;
  for (const auto& [type, score] : scores.by_type) {
    sums.precision += score.precision();
    sums.recall += score.recall();
    sums.f1 += score.f1();
  }
  const auto types = static_cast<double>(scores.by_type.size());
  return {sums.precision / types, sums.recall / types, sums.f1 / types};
}

}  // namespace fthost
