#pragma once

/// Looks at the sentences of a run for what spoils training or its figures, before anything is trained.

#include <fthost/message.h>
#include <fthost/scheme.h>
#include <fthost/sentence.h>
#include <fthost/tokenizer.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/examples.h"

namespace fthost {

/// What is looked for.
enum class DataFault {
  unlabelled,     ///< A sentence without labels.
  opening,        ///< An entity that begins with I- or E-.
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
  std::vector<Message> first;  ///< At most kShown of them, with file and line.
};

struct DataSetSummary {
  std::string name;
  std::int64_t sentences = 0;
  std::int64_t words = 0;
  std::int64_t labels = 0;  ///< Different ones.
  ExampleCounts tokens;     ///< Zero without a tokenizer.
  std::int64_t pieces =
      0;  ///< What the words became, past a cut too and counted once: tokens.unknown_pieces are of them.
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

/// Checks the sets against each other. Without "train" among them no label is called unknown. Without a tokenizer
/// (null) nothing is said of tokens. `scheme` is the one that train is in; openings are looked for unless it is IOB1,
/// where I- opens, or not known. Throws Error when `rules` leave no room for a word.
DataCheck check_data(std::span<const NamedSentences> sets, const Tokenizer* tokenizer, const ExampleRules& rules,
                     std::optional<Scheme> scheme);

}  // namespace fthost
