#include "core/score/conlleval.h"

#include <string_view>
#include <utility>

#include "core/score/count.h"

namespace fthost {
namespace {

struct Tag {
  std::string_view prefix = "O";
  std::string_view type;
};

Tag parse(std::string_view tag) {
  const auto dash = tag.find('-');
  if (dash == std::string_view::npos) return {tag, {}};
  const auto type = tag.substr(dash + 1);
  return {tag.substr(0, dash), type == "0" ? std::string_view() : type};  // in Perl "0" is false
}

bool is_one_of(std::string_view prefix, std::string_view letters) {
  return prefix.size() == 1 && letters.find(prefix) != std::string_view::npos;
}

bool ends(const Tag& before, const Tag& now) {
  if (is_one_of(before.prefix, "[]")) return true;
  if (is_one_of(before.prefix, "BI") && is_one_of(now.prefix, "BO")) return true;
  if (before.prefix == "E" && is_one_of(now.prefix, "EIO")) return true;
  return !is_one_of(before.prefix, "O.") && before.type != now.type;
}

bool starts(const Tag& before, const Tag& now) {
  if (is_one_of(now.prefix, "[]")) return true;
  if (now.prefix == "B" && is_one_of(before.prefix, "BIO")) return true;
  if (is_one_of(now.prefix, "EI") && is_one_of(before.prefix, "EO")) return true;
  return !is_one_of(now.prefix, "O.") && before.type != now.type;
}

/// Takes pairs of tags one after the other.
class Evaluation {
 public:
  void take(const Tag& gold, const Tag& predicted) {
    const bool gold_ends = ends(gold_, gold);
    const bool predicted_ends = ends(predicted_, predicted);
    const bool gold_starts = starts(gold_, gold);
    const bool predicted_starts = starts(predicted_, predicted);
    if (correct_so_far_ && gold_ends && predicted_ends && gold_.type == predicted_.type)
      end_correct();
    else if (gold_ends != predicted_ends || gold.type != predicted.type)
      correct_so_far_ = false;
    if (gold_starts && predicted_starts && gold.type == predicted.type) correct_so_far_ = true;
    if (gold_starts) ++scores_.by_type[std::string(gold.type)].gold;
    if (predicted_starts) ++scores_.by_type[std::string(predicted.type)].predicted;
    gold_ = gold;
    predicted_ = predicted;
  }

  EntityScores finish() {
    if (correct_so_far_) end_correct();
    add_up(scores_);
    // Between odd tags an entity may end with another type than it began with; the script lists those that began.
    std::erase_if(scores_.by_type, [](const auto& entry) { return entry.second.gold + entry.second.predicted == 0; });
    return std::move(scores_);
  }

 private:
  void end_correct() {
    ++scores_.by_type[std::string(gold_.type)].correct;
    correct_so_far_ = false;
  }

  Tag gold_, predicted_;         // of the word before
  bool correct_so_far_ = false;  // both columns are in an entity that began alike
  EntityScores scores_;
};

}  // namespace

EntityScores score_entities_conlleval(std::span<const std::vector<std::string>> gold,
                                      std::span<const std::vector<std::string>> predicted) {
  require_same_shape(gold, predicted);
  Evaluation evaluation;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    for (std::size_t word = 0; word < gold[i].size(); ++word)
      evaluation.take(parse(gold[i][word]), parse(predicted[i][word]));
    evaluation.take({}, {});
  }
  return evaluation.finish();
}

}  // namespace fthost
