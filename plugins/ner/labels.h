#pragma once

/// The label vocabulary of named entity recognition, and which token bears which label. No tensors here.

#include <fthost/scheme.h>
#include <fthost/sentence.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// Labels and their ids, which are their places in the list.
class Labels {
 public:
  /// All labels of the training set, those of IOB1 in IOB2: "O" first where it occurs, the rest in the order of their
  /// bytes. Throws what require_labels throws.
  void learn(std::span<const Sentence> train, Scheme scheme);

  /// The vocabulary of a saved model. Throws Error when a label stands twice.
  void set(std::vector<std::string> labels);

  const std::vector<std::string>& list() const { return list_; }
  std::optional<std::int32_t> find(std::string_view label) const;

 private:
  std::vector<std::string> list_;
  std::map<std::string, std::int32_t, std::less<>> ids_;
};

/// Which tokens of a word bear its label.
enum class LabelOn { first, all };

/// Fills example.targets: the label's id on a word's first token, or on all of its tokens in this example, and
/// kIgnoredLabel elsewhere. Only words that speak in this example get one: of a word in the overlap of two windows the
/// loss hears once, as the score does. A label that the vocabulary lacks gets kIgnoredLabel; a sentence without labels
/// gets it throughout. `scheme`: what the
/// sentence's labels are in; the vocabulary has IOB2 for IOB1.
void align(const Labels& labels, const Sentence& sentence, Example& example, LabelOn on, Scheme scheme);

}  // namespace fthost
