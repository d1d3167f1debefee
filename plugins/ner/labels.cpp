#include "labels.h"

#include <fthost/complaints.h>
#include <fthost/error.h>

#include <set>
#include <utility>

namespace fthost {
namespace {

constexpr std::string_view kOutside = "O";

/// Calls `use` with the sentence's labels in the scheme that is learned.
template <class Use>
void with_learned_tags(const Sentence& sentence, Scheme scheme, const Use& use) {
  if (scheme == Scheme::iob1)
    use(to_iob2(sentence.labels));
  else
    use(sentence.labels);
}

}  // namespace

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
      throw Error("the label '" + shortened(label) + "' stands twice in the vocabulary");
  list_ = std::move(labels);
  ids_ = std::move(ids);
}

std::optional<std::int32_t> Labels::find(std::string_view label) const {
  const auto found = ids_.find(label);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
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
