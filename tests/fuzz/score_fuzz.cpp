/// libFuzzer target: any two columns of tags can be scored in every way, and the figures keep their bounds. The bytes
/// are lines of two tags with a blank between, a blank line behind every sentence.

#include <fthost/entities.h>
#include <fthost/error.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/score/conlleval.h"
#include "core/score/count.h"
#include "core/score/strict.h"
#include "tests/fuzz/require.h"

namespace {

using fthost::EntityScores;
using fthost::require;
using Sentences = std::vector<std::vector<std::string>>;

void check(const EntityScores& scores) {
  const auto& micro = scores.micro;
  require(micro.correct >= 0 && micro.correct <= micro.gold && micro.correct <= micro.predicted);
  require(micro.f1() >= 0 && micro.f1() <= 1);
  const auto macro = fthost::macro_averages(scores);
  require(macro.precision >= 0 && macro.recall >= 0 && macro.f1 >= 0);
}

void check_perfect(const EntityScores& scores) {
  require(scores.micro.correct == scores.micro.gold && scores.micro.predicted == scores.micro.gold);
}

void read(std::string_view bytes, Sentences& gold, Sentences& predicted) {
  gold.emplace_back();
  predicted.emplace_back();
  while (!bytes.empty()) {
    const auto line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
    if (line.empty()) {
      gold.emplace_back();
      predicted.emplace_back();
      continue;
    }
    const auto blank = std::min(line.find(' '), line.size() - 1);
    gold.back().emplace_back(line.substr(0, blank));
    predicted.back().emplace_back(line.substr(blank + 1));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Sentences gold;
  Sentences predicted;
  read({reinterpret_cast<const char*>(data), size}, gold, predicted);
  check(fthost::score_entities(gold, predicted));
  check(fthost::score_entities_flat(gold, predicted));
  check(fthost::score_entities_conlleval(gold, predicted));
  check_perfect(fthost::score_entities(gold, gold));
  check_perfect(fthost::score_entities_flat(gold, gold));
  for (const auto scheme : {fthost::Scheme::iob1, fthost::Scheme::iob2, fthost::Scheme::bioes}) {
    try {
      check_perfect(fthost::score_entities_strict(gold, gold, scheme));
      check(fthost::score_entities_strict(gold, predicted, scheme));
    } catch (const fthost::Error& error) {
      require(!std::string(error.what()).empty());
    }
  }
  return 0;
}
