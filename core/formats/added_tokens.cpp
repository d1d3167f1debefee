#include "core/formats/added_tokens.h"

#include <algorithm>
#include <utility>

#include "core/formats/bert_text.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

/// Where the last code point of `text` starts; `text` must not be empty.
std::size_t last_code_point(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

bool ends_with_word(std::string_view text) {
  return !text.empty() && bert_text::is_word_character(utf8::decode(text, last_code_point(text)).value);
}

bool starts_with_word(std::string_view text) {
  return !text.empty() && bert_text::is_word_character(utf8::decode(text, 0).value);
}

bool is_whitespace(char32_t c) {
  return bert_text::split_at(c) == bert_text::Split::whitespace;
}

std::size_t without_whitespace_at_end(std::string_view text) {
  while (!text.empty()) {
    const auto last = last_code_point(text);
    if (!is_whitespace(utf8::decode(text, last).value)) break;
    text = text.substr(0, last);
  }
  return text.size();
}

std::size_t whitespace_at_start(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto decoded = utf8::decode(text, at);
    if (!is_whitespace(decoded.value)) break;
    at += decoded.length;
  }
  return at;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : empty_(tokens.empty()) {
  std::stable_sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) {
    if (a.content.size() != b.content.size()) return a.content.size() > b.content.size();
    return a.special && !b.special;
  });
  for (auto& token : tokens) {
    const auto first = static_cast<unsigned char>(token.content.front());
    by_first_byte_[first].push_back(std::move(token));
  }
}

const AddedToken* AddedTokenFinder::longest_at(std::string_view text, std::size_t at) const {
  for (const auto& token : by_first_byte_[static_cast<unsigned char>(text[at])]) {
    if (text.compare(at, token.content.size(), token.content) == 0) return &token;
  }
  return nullptr;
}

std::size_t AddedTokenFinder::next_candidate(std::string_view text, std::size_t at) const {
  while (at < text.size() && by_first_byte_[static_cast<unsigned char>(text[at])].empty()) ++at;
  return at;
}

bool AddedTokenFinder::find(std::string_view text, std::vector<Part>& parts) const {
  if (empty_) return false;
  std::size_t done = 0;  // everything before is in `parts`
  bool found = false;
  for (std::size_t at = next_candidate(text, 0); at < text.size(); at = next_candidate(text, at)) {
    const AddedToken* token = longest_at(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    auto begin = at;
    auto end = at + token->content.size();
    at = end;
    if (token->single_word && (ends_with_word(text.substr(0, begin)) || starts_with_word(text.substr(end)))) continue;
    if (token->lstrip) begin = std::max(without_whitespace_at_end(text.substr(0, begin)), done);
    if (token->rstrip) end += whitespace_at_start(text.substr(end));
    if (done < begin) parts.push_back({done, begin, kText});
    parts.push_back({begin, end, token->id});
    done = end;
    found = true;
  }
  if (found && done < text.size()) parts.push_back({done, text.size(), kText});
  return found;
}

}  // namespace fthost
