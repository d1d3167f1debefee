#include "core/formats/vocabulary.h"

#include <algorithm>
#include <utility>

#include <fthost/error.h>
#include <nlohmann/json.hpp>

#include "core/formats/text_file.h"

namespace fthost {
namespace {

constexpr std::size_t kMostAddedTokens = 1'000;
constexpr std::size_t kLongestToken = 1'024;  // bytes
constexpr std::size_t kLargestFile = std::size_t{64} << 20;

std::string in_quotes(const std::string& token) {
  return "'" + token + "'";
}

}  // namespace

void Vocabulary::add(const std::string& token, std::size_t id) {
  place(token, id);
  own_ids_ = tokens_.size();
}

void Vocabulary::place(const std::string& token, std::size_t id) {
  if (id >= kMostTokens) throw InputError(file_, "more than " + std::to_string(kMostTokens) + " tokens");
  if (token.size() > kLongestToken) {
    throw InputError(file_, "token " + std::to_string(id) + " has " + std::to_string(token.size()) +
                                " bytes, expected at most " + std::to_string(kLongestToken));
  }
  if (id >= tokens_.size()) tokens_.resize(id + 1);
  if (!tokens_[id].empty()) {
    throw InputError(file_, "the tokens " + in_quotes(tokens_[id]) + " and " + in_quotes(token) + " have the same id " +
                                std::to_string(id));
  }
  tokens_[id] = token;
  ids_[token] = static_cast<std::int32_t>(id);
}

void Vocabulary::add_added(const JsonObject& entry, std::size_t id) {
  AddedToken token;
  token.content = entry.text("content");
  token.id = static_cast<std::int32_t>(id);
  token.special = entry.boolean("special", false);
  token.single_word = entry.boolean("single_word", false);
  token.lstrip = entry.boolean("lstrip", false);
  token.rstrip = entry.boolean("rstrip", false);
  token.normalized = entry.boolean("normalized", !token.special);
  const auto name = "the added token " + in_quotes(token.content);
  if (token.content.empty()) throw InputError(entry.file(), "an added token is empty");
  if (is_added(token.content)) throw InputError(entry.file(), name + " stands twice");
  if (added_.size() >= kMostAddedTokens) {
    throw InputError(entry.file(), "more than " + std::to_string(kMostAddedTokens) + " added tokens");
  }
  const auto expected = id_for_added(token.content);
  if (id != expected) {
    throw InputError(entry.file(),
                     name + " has the id " + std::to_string(id) + ", expected " + std::to_string(expected),
                     {"a token of the vocabulary keeps its id, another one gets the next free id"});
  }
  if (!find(token.content)) place(token.content, id);
  added_.push_back(std::move(token));
}

/// `tokenizers` counts on from the number of different tokens, which is the next free id only if none is left out.
std::size_t Vocabulary::id_for_added(const std::string& content) const {
  if (const auto known = find(content)) return static_cast<std::size_t>(*known);
  if (ids_.size() != tokens_.size()) {
    throw InputError(file_, "the added token " + in_quotes(content) +
                                " has no certain id, since the vocabulary leaves out ids or has a token twice");
  }
  return ids_.size();
}

void Vocabulary::add_special(const std::string& content) {
  const auto id = find(content);
  if (!id || content.empty() || is_added(content)) return;
  AddedToken token;
  token.content = content;
  token.id = *id;
  token.special = true;
  added_.push_back(std::move(token));
}

bool Vocabulary::is_added(const std::string& content) const {
  return std::any_of(added_.begin(), added_.end(), [&](const auto& token) { return token.content == content; });
}

std::optional<std::int32_t> Vocabulary::find(const std::string& token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::int32_t Vocabulary::require(const std::string& token, const std::string& role) const {
  const auto id = find(token);
  if (!id) throw InputError(file_, role + " " + in_quotes(token) + " is not in the vocabulary");
  return *id;
}

Vocabulary vocabulary_of(const JsonObject& model) {
  Vocabulary vocabulary(model.file());
  const auto entries = model.object("vocab");
  for (const auto& [token, id] : entries.all().items()) {
    vocabulary.add(token, entries.number(token, Vocabulary::kMostTokens - 1));
  }
  return vocabulary;
}

Vocabulary read_vocabulary(const std::string& file) {
  const auto text = read_text(file, kLargestFile);
  require_utf8(text, file);
  Vocabulary vocabulary(file);
  std::size_t id = 0;
  for (std::size_t at = 0; at < text.size(); ++id) {
    const auto end = std::min(text.find('\n', at), text.size());
    const bool windows = end > at && text[end - 1] == '\r';
    vocabulary.add(text.substr(at, end - at - (windows ? 1 : 0)), id);
    at = end + 1;
  }
  return vocabulary;
}

}  // namespace fthost
