#include "core/formats/wordpiece.h"

#include <algorithm>
#include <bit>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/formats/utf8.h"

namespace fthost {
namespace {

using bert_text::Normalized;
using bert_text::Split;

std::uint64_t hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

bool is_ascii_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Those added tokens that are looked for in the raw text, or in the normalized one by their own normal form.
std::vector<AddedToken> select(const WordPieceParts& parts, bool normalized) {
  std::vector<AddedToken> selected;
  for (const auto& token : parts.added) {
    if (token.normalized != normalized) continue;
    selected.push_back(token);
    if (!normalized) continue;
    Normalized content;
    bert_text::normalize(token.content, parts.normalizer, 0, content);
    selected.back().content = std::move(content.text);
  }
  return selected;
}

std::span<const std::string> pieces_of(const WordPieceParts& parts) {
  return std::span(parts.tokens).first(parts.pieces);
}

Piece piece(std::int32_t id, const Normalized& text, std::size_t begin, std::size_t end) {
  return {id, text.sources[begin], text.sources[end - 1] + 1};
}

}  // namespace

Tokenizer::~Tokenizer() = default;

PieceTable::PieceTable(std::span<const std::string> tokens, std::string_view prefix)
    : tokens_(tokens),
      prefix_length_(prefix.size()),
      mask_(std::bit_ceil(2 * tokens.size() + 2) - 1),
      slots_(mask_ + 1) {
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].empty() || !tokens[id].starts_with(prefix)) continue;
    const auto text = std::string_view(tokens[id]).substr(prefix_length_);
    const auto hash = hash_of(text);
    slots_[slot_of(text, hash)] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::int32_t>(id)};
    longest_ = std::max(longest_, text.size());
  }
}

/// The slot that holds `text`, or the free one where it belongs.
std::size_t PieceTable::slot_of(std::string_view text, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & mask_;
  for (; slots_[at].id != kNone; at = (at + 1) & mask_) {
    if (slots_[at].tag != tag) continue;
    const std::string_view token = tokens_[static_cast<std::size_t>(slots_[at].id)];
    if (token.substr(prefix_length_) == text) break;
  }
  return at;
}

std::int32_t PieceTable::find(std::string_view text) const {
  return slots_[slot_of(text, hash_of(text))].id;
}

WordPiece::WordPiece(WordPieceParts parts)
    : parts_(std::move(parts)),
      in_raw_text_(select(parts_, false)),
      in_normal_text_(select(parts_, true)),
      starts_(pieces_of(parts_), ""),
      continues_(pieces_of(parts_), parts_.continuing_prefix) {}

void WordPiece::encode_word(std::string_view word, std::vector<Piece>& out) const {
  encode(word, {out, nullptr});
}

void WordPiece::encode_text(std::string_view text, std::vector<Piece>& out, std::vector<std::int32_t>& words) const {
  thread_local std::vector<std::size_t> ends;  // kept for its memory
  ends.clear();
  auto done = out.size();
  encode(text, {out, &ends});
  for (std::size_t word = 0; word < ends.size(); ++word)
    for (; done < ends[word]; ++done) words.push_back(static_cast<std::int32_t>(word));
}

/// Added tokens that are looked for in the raw text, and what is between them.
void WordPiece::encode(std::string_view text, Output out) const {
  std::string repaired;
  if (utf8::first_bad_byte(text) != std::string_view::npos) {
    repaired = utf8::replace_invalid(text);
    text = repaired;
  }
  std::vector<AddedTokenFinder::Part> parts;
  if (!in_raw_text_.find(text, parts)) return encode_plain(text, 0, out);
  std::int32_t source = 0;
  for (const auto& part : parts) {
    const auto of_part = text.substr(part.begin, part.end - part.begin);
    const auto end = source + static_cast<std::int32_t>(utf8::count(of_part));
    if (part.id == AddedTokenFinder::kText) {
      encode_plain(of_part, source, out);
    } else {
      out.pieces.push_back({part.id, source, end});
      out.end_word();
    }
    source = end;
  }
}

void WordPiece::encode_plain(std::string_view text, std::int32_t first_source, Output out) const {
  thread_local Normalized normalized;  // kept for its memory: an allocation costs more than a short word
  normalized.clear();
  bert_text::normalize(text, parts_.normalizer, first_source, normalized);
  std::vector<AddedTokenFinder::Part> parts;
  if (!in_normal_text_.find(normalized.text, parts)) return encode_words(normalized, 0, normalized.text.size(), out);
  for (const auto& part : parts) {
    if (part.id == AddedTokenFinder::kText) {
      encode_words(normalized, part.begin, part.end, out);
    } else {
      out.pieces.push_back(piece(part.id, normalized, part.begin, part.end));
      out.end_word();
    }
  }
}

/// Cuts at white space, which is dropped, and around punctuation.
void WordPiece::encode_words(const Normalized& text, std::size_t begin, std::size_t end, Output out) const {
  std::size_t word = begin;
  for (std::size_t at = begin; at < end;) {
    if (is_ascii_letter(text.text[at])) {  // most characters of most texts
      ++at;
      continue;
    }
    const auto decoded = utf8::decode(text.text, at);
    const auto next = at + decoded.length;
    const auto split = bert_text::split_at(decoded.value);
    if (split != Split::none) {
      if (word < at) encode_pieces(text, word, at, out);
      if (split == Split::punctuation) encode_pieces(text, at, next, out);
      word = next;
    }
    at = next;
  }
  if (word < end) encode_pieces(text, word, end, out);
}

/// Always the longest piece that fits, from left to right; a word that can't be cut that way is one unknown piece.
void WordPiece::encode_pieces(const Normalized& text, std::size_t begin, std::size_t end, Output out) const {
  const std::string_view word(text.text.data() + begin, end - begin);
  const auto first_piece = out.pieces.size();
  const bool too_long = word.size() > parts_.max_word_characters && utf8::count(word) > parts_.max_word_characters;
  std::size_t start = 0;
  while (start < word.size() && !too_long) {
    const auto& table = start == 0 ? starts_ : continues_;
    auto length = std::min(word.size() - start, table.longest());
    auto id = PieceTable::kNone;
    for (; length > 0; --length) {
      if (start + length < word.size() && is_continuation(word[start + length])) continue;
      id = table.find(word.substr(start, length));
      if (id != PieceTable::kNone) break;
    }
    if (id == PieceTable::kNone) break;
    out.pieces.push_back(piece(id, text, begin + start, begin + start + length));
    start += length;
  }
  if (start < word.size()) {
    out.pieces.resize(first_piece);
    out.pieces.push_back(piece(parts_.unk, text, begin, end));
  }
  out.end_word();
}

}  // namespace fthost
