#include "core/data/data_check.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/formats/utf8.h"

namespace fthost {
namespace {

/// Does the label, behind the one before it ("" at the start), begin an entity with I- or E-?
bool opens_inside(std::string_view before, std::string_view label) {
  const bool inside = label == "I" || label == "E" || label.starts_with("I-") || label.starts_with("E-");
  if (!inside) return false;
  const bool goes_on = !before.empty() && (before[0] == 'B' || before[0] == 'I') && before.substr(1) == label.substr(1);
  return !goes_on;
}

/// The label in front of a word, "" in front of the first.
std::string_view label_before(const Sentence& sentence, std::size_t word) {
  return word == 0 ? std::string_view() : std::string_view(sentence.labels[word - 1]);
}

std::string place_text(const Sentence& sentence) {
  return sentence.file + ":" + std::to_string(sentence.lines.front());
}

/// " U+0092 U+200B": for what can't be seen.
std::string code_points(std::string_view word) {
  std::string text;
  for (std::size_t at = 0; at < word.size();) {
    const auto decoded = utf8::decode(word, at);
    char point[16];
    std::snprintf(point, sizeof point, " U+%04X", static_cast<unsigned>(decoded.value));
    text += point;
    at += decoded.length;
  }
  return text;
}

/// "1 word", "2 words".
std::string words_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " word" : " words");
}

/// Looks at one set after the other.
class DataChecker {
 public:
  DataChecker(const Tokenizer* tokenizer, const ExampleRules& rules, std::optional<Scheme> scheme)
      : tokenizer_(tokenizer), rules_(rules), finds_openings_(scheme && *scheme != Scheme::iob1) {}

  void check(const NamedSentences& set) {
    DataSetSummary summary{.name = set.name};
    std::set<std::string, std::less<>> labels;
    for (const auto& sentence : set.sentences) {
      ++summary.sentences;
      summary.words += static_cast<std::int64_t>(sentence.words.size());
      if (sentence.labels.empty())
        add(DataFault::unlabelled, sentence, 0, "the sentence has no labels (" + set.name + ")");
      for (std::size_t i = 0; i < sentence.labels.size(); ++i) check_label(set, sentence, i, labels);
      if (tokenizer_ != nullptr) check_tokens(sentence, summary);
      check_duplicate(set, sentence);
    }
    summary.labels = static_cast<std::int64_t>(labels.size());
    if (set.name == "train") train_labels_ = std::move(labels);
    check_.sets.push_back(std::move(summary));
    for (const auto& sentence : set.sentences) seen_.emplace(key_of(sentence), Seen{&sentence, set.name});
  }

  DataCheck take() { return std::move(check_); }

 private:
  struct Seen {
    const Sentence* sentence;
    std::string set;
  };

  void add(DataFault fault, const Sentence& sentence, std::size_t word, std::string text) {
    auto& finding = check_.of(fault);
    if (static_cast<std::size_t>(++finding.count) <= DataFinding::kShown)
      finding.first.push_back({.place = {sentence.file, sentence.lines[word], 0}, .text = std::move(text)});
  }

  void check_label(const NamedSentences& set, const Sentence& sentence, std::size_t word,
                   std::set<std::string, std::less<>>& labels) {
    const auto& label = sentence.labels[word];
    const auto before = label_before(sentence, word);
    if (finds_openings_ && opens_inside(before, label)) {
      const auto behind = before.empty() ? std::string("opens the sentence") : "follows '" + std::string(before) + "'";
      add(DataFault::opening, sentence, word, "'" + label + "' " + behind);
    }
    if (labels.contains(label)) return;
    labels.insert(label);
    if (train_labels_ && !train_labels_->contains(label))
      add(DataFault::unknown_label, sentence, word, set.name + " has the label '" + label + "', train has not");
  }

  void check_tokens(const Sentence& sentence, DataSetSummary& summary) {
    auto& sums = summary.tokens;
    const auto counts = make_examples({&sentence, 1}, *tokenizer_, rules_).counts;
    if (counts.cut > 0) add(DataFault::long_sentence, sentence, 0, long_text(sentence, counts));
    if (counts.cut_words > 0 || counts.unknown_pieces > 0) check_words(sentence);
    summary.pieces += count_pieces(sentence, counts);
    sums.sentences += counts.sentences;
    sums.examples += counts.examples;
    sums.tokens += counts.tokens;
    sums.cut += counts.cut;
    sums.windows += counts.windows;
    sums.lost_words += counts.lost_words;
    sums.cut_words += counts.cut_words;
    sums.unknown_pieces += counts.unknown_pieces;
  }

  /// What the words became. An example that is not cut has them all.
  std::int64_t count_pieces(const Sentence& sentence, const ExampleCounts& counts) const {
    if (counts.cut == 0) return counts.tokens - (rules_.special_tokens ? 2 : 0);
    std::int64_t count = 0;
    std::vector<Piece> pieces;
    for (const auto& word : sentence.words) {
      pieces.clear();
      tokenizer_->encode_word(word, pieces);
      count += std::max<std::int64_t>(static_cast<std::int64_t>(pieces.size()), 1);  // at least an unknown one
    }
    return count;
  }

  static std::string long_text(const Sentence& sentence, const ExampleCounts& counts) {
    const auto words = "the sentence of " + words_text(static_cast<std::int64_t>(sentence.words.size()));
    if (counts.examples > 1) return words + " becomes " + std::to_string(counts.examples) + " windows";
    if (counts.lost_words == 0) return words + " is cut: of a word only the beginning is seen";
    return words + " is cut: " + words_text(counts.lost_words) + (counts.lost_words == 1 ? " is" : " are") + " lost";
  }

  void check_words(const Sentence& sentence) {
    const auto room = static_cast<std::size_t>(rules_.max_length - (rules_.special_tokens ? 2 : 0));
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < sentence.words.size(); ++i) {
      pieces.clear();
      tokenizer_->encode_word(sentence.words[i], pieces);
      if (pieces.size() > room)
        add(DataFault::long_word, sentence, i, "a word of " + std::to_string(pieces.size()) + " tokens");
      const bool unknown = std::any_of(pieces.begin(), pieces.end(),
                                       [&](const Piece& piece) { return piece.id == tokenizer_->unk_id(); });
      if (unknown) add(DataFault::unknown_word, sentence, i, "'" + sentence.words[i] + "'");
      if (pieces.empty())
        add(DataFault::unknown_word, sentence, i, "the tokenizer drops all of it:" + code_points(sentence.words[i]));
    }
  }

  void check_duplicate(const NamedSentences& set, const Sentence& sentence) {
    if (check_.sets.empty()) return;
    const auto found = seen_.find(key_of(sentence));
    if (found == seen_.end()) return;
    add(DataFault::duplicate, sentence, 0,
        "the sentence (" + set.name + ") is in " + found->second.set + " too: " + place_text(*found->second.sentence));
  }

  static std::string key_of(const Sentence& sentence) {
    std::string key;
    for (const auto& word : sentence.words) ((key += std::to_string(word.size())) += ' ') += word;
    return key;
  }

  const Tokenizer* tokenizer_;
  const ExampleRules& rules_;
  bool finds_openings_;
  DataCheck check_;
  std::optional<std::set<std::string, std::less<>>> train_labels_;  // none: not known
  std::unordered_map<std::string, Seen> seen_;                      // sentences of the sets before
};

}  // namespace

DataCheck check_data(std::span<const NamedSentences> sets, const Tokenizer* tokenizer, const ExampleRules& rules,
                     std::optional<Scheme> scheme) {
  DataChecker checker(tokenizer, rules, scheme);
  for (const auto& set : sets) checker.check(set);
  return checker.take();
}

}  // namespace fthost
