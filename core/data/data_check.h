#pragma once

/// Looks at the sentences of a run for what spoils training or its figures, before anything is trained.

#include <fthost/message.h>
#include <fthost/sentence.h>
#include <fthost/tokenizer.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/data/examples.h"

namespace fthost {

/// What is looked for.
enum class DataFault {
  unlabelled,     ///< A sentence without labels.
  opening,        ///< An entity that begins with I- or E-; not looked for when train is in IOB1, where I- does that.
  unknown_label,  ///< A label that train lacks, once a set: no model can learn it.
  long_sentence,  ///< A sentence that max_length cuts, or spreads over windows.
  long_word,      ///< A word that alone is longer than an example.
  unknown_word,   ///< A word of which the tokenizer makes an unknown token.
  duplicate,      ///< A sentence that an earlier set has too, word for word.
};
inline constexpr std::size_t kDataFaults = 7;

/// What was found of one kind.
struct DataFinding {
  static constexpr std::size_t kShown = 20;

  std::int64_t count = 0;
  std::int64_t in_train = 0;   ///< Of them, those in the first set.
  std::vector<Message> first;  ///< At most kShown of them, with file and line.
};

struct DataSetSummary {
  std::string name;
  std::int64_t sentences = 0;
  std::int64_t words = 0;
  std::int64_t labels = 0;  ///< Different ones.
  ExampleCounts tokens;     ///< Zero without a tokenizer.
};

struct DataCheck {
  std::vector<DataSetSummary> sets;
  std::array<DataFinding, kDataFaults> findings;

  DataFinding& of(DataFault fault) { return findings[static_cast<std::size_t>(fault)]; }
  const DataFinding& of(DataFault fault) const { return findings[static_cast<std::size_t>(fault)]; }
};

/// A set by its name in the pipeline: "train", "dev", "test".
struct NamedSentences {
  std::string name;
  std::span<const Sentence> sentences;
};

/// Checks all sets against each other; the first one is what is trained on. Without a tokenizer (null) nothing is said
/// of tokens. Throws Error when `rules` leave no room for a word.
DataCheck check_data(std::span<const NamedSentences> sets, const Tokenizer* tokenizer, const ExampleRules& rules);

}  // namespace fthost
