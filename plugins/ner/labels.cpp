#include "labels.h"

#include <fthost/complaints.h>
#include <fthost/error.h>

#include <set>
#include <utility>

namespace fthost {
namespace {

constexpr std::string_view kOutside = "O";

Message no_labels(const Sentence& sentence) {
  Message message;
  message.place.file = sentence.file;
  message.place.line = sentence.lines.empty() ? 0 : sentence.lines.front();
  message.text = "expected a label for every word of the training data, found a sentence without labels";
  if (!sentence.words.empty()) message.notes.push_back("it starts with: " + sentence.words.front());
  return message;
}

/// Calls `use` with the sentence's labels in the scheme that is learned.
template <class Use>
void with_learned_tags(const Sentence& sentence, Scheme scheme, const Use& use) {
  if (scheme == Scheme::iob1)
    use(to_iob2(sentence.labels));
  else
    use(sentence.labels);
}

/// The label of word `i` is not in the vocabulary.
Message unknown_label(const Sentence& sentence, std::size_t i, const std::string& label,
                      const std::vector<std::string>& vocabulary) {
  Message message;
  message.place = {sentence.file, sentence.lines[i]};
  message.text = "the label '" + label + "' is not among the head's 'labels'";
  if (const auto near = nearest_name(label, vocabulary); !near.empty())
    message.notes.push_back("did you mean '" + std::string(near) + "'?");
  return message;
}

}  // namespace

void require_labels(std::span<const Sentence> train) {
  if (train.empty()) return;
  Complaints complaints(train.front().file);
  for (const auto& sentence : train)
    if (sentence.labels.empty()) complaints.add(no_labels(sentence));
  complaints.throw_if_any();
}

void Labels::learn(std::span<const Sentence> train, Scheme scheme) {
  require_labels(train);
  std::set<std::string, std::less<>> found;
  for (const auto& sentence : train)
    with_learned_tags(sentence, scheme, [&](const auto& tags) { found.insert(tags.begin(), tags.end()); });
  std::vector<std::string> list;
  if (const auto outside = found.find(kOutside); outside != found.end()) {
    list.push_back(*outside);
    found.erase(outside);
  }
  list.insert(list.end(), found.begin(), found.end());
  set(std::move(list));
}

void Labels::set(std::vector<std::string> labels) {
  std::map<std::string, std::int32_t, std::less<>> ids;
  for (const auto& label : labels)
    if (!ids.emplace(label, static_cast<std::int32_t>(ids.size())).second)
      throw Error("the label '" + label + "' stands twice in the vocabulary");
  list_ = std::move(labels);
  ids_ = std::move(ids);
}

std::optional<std::int32_t> Labels::find(std::string_view label) const {
  const auto found = ids_.find(label);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

void Labels::require_known(std::span<const Sentence> train, Scheme scheme) const {
  require_labels(train);
  if (train.empty()) return;
  Complaints complaints(train.front().file);
  std::set<std::string> seen;
  for (const auto& sentence : train)
    with_learned_tags(sentence, scheme, [&](const std::vector<std::string>& tags) {
      for (std::size_t i = 0; i < tags.size(); ++i)
        if (!find(tags[i]) && seen.insert(tags[i]).second) complaints.add(unknown_label(sentence, i, tags[i], list_));
    });
  complaints.throw_if_any();
}

void align(const Labels& labels, const Sentence& sentence, Example& example, LabelOn on, Scheme scheme) {
  example.targets.assign(example.tokens.size(), kIgnoredLabel);
  if (sentence.labels.empty()) return;
  with_learned_tags(sentence, scheme, [&](const std::vector<std::string>& tags) {
    for (const auto& speaker : example.speakers) {
      const auto id = labels.find(tags[static_cast<std::size_t>(speaker.word)]);
      if (!id) continue;
      auto token = static_cast<std::size_t>(speaker.token);
      do {
        example.targets[token++] = *id;
      } while (on == LabelOn::all && token < example.tokens.size() && example.words[token] == speaker.word);
    }
  });
}

}  // namespace fthost
