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

}  // namespace

void require_labels(std::span<const Sentence> train) {
  if (train.empty()) return;
  Complaints complaints(train.front().file);
  for (const auto& sentence : train)
    if (sentence.labels.empty()) complaints.add(no_labels(sentence));
  complaints.throw_if_any();
}

void Labels::learn(std::span<const Sentence> train) {
  require_labels(train);
  std::set<std::string, std::less<>> found;
  for (const auto& sentence : train) found.insert(sentence.labels.begin(), sentence.labels.end());
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

void align(const Labels& labels, const Sentence& sentence, Example& example, LabelOn on) {
  example.targets.assign(example.tokens.size(), kIgnoredLabel);
  if (sentence.labels.empty()) return;
  for (const auto& speaker : example.speakers) {
    const auto id = labels.find(sentence.labels[static_cast<std::size_t>(speaker.word)]);
    if (!id) continue;
    auto token = static_cast<std::size_t>(speaker.token);
    do {
      example.targets[token++] = *id;
    } while (on == LabelOn::all && token < example.tokens.size() && example.words[token] == speaker.word);
  }
}

}  // namespace fthost
