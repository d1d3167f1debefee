#pragma once

/// The WordPiece tokenizer of BERT and its kin, without the files that describe it (see load_wordpiece).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/tokenizer.h>

#include "core/formats/added_tokens.h"
#include "core/formats/bert_text.h"

namespace fthost {

/// Everything that a WordPiece tokenizer consists of.
struct WordPieceParts {
  std::vector<std::string> tokens;  ///< By id; empty where an id is left out. Of equal ones the last counts.
  std::size_t pieces = 0;           ///< The first so many tokens are pieces of words; those behind are only added ones.
  std::string continuing_prefix = "##";
  std::size_t max_word_characters = 100;  ///< A longer word is one unknown piece.
  bert_text::Settings normalizer;
  std::vector<AddedToken> added;  ///< In `tokens` too, by their ids.
  std::int32_t cls = 0, sep = 0, unk = 0, pad = 0;
};

/// Finds the ids of texts. Open addressing with linear probing, at most half full, eight bytes a slot; the texts stay
/// in the vocabulary.
class PieceTable {
 public:
  static constexpr std::int32_t kNone = -1;

  /// Holds those of `tokens` that start with `prefix`, by what follows it. `tokens` must outlive the table.
  PieceTable(std::span<const std::string> tokens, std::string_view prefix);

  /// The id of prefix + `text`, or kNone.
  std::int32_t find(std::string_view text) const;

  /// Bytes of the longest text.
  std::size_t longest() const { return longest_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::int32_t id = kNone;
  };
  std::size_t slot_of(std::string_view text, std::uint64_t hash) const;

  std::span<const std::string> tokens_;
  std::size_t prefix_length_;
  std::size_t mask_;
  std::size_t longest_ = 0;
  std::vector<Slot> slots_;
};

class WordPiece final : public Tokenizer {
 public:
  explicit WordPiece(WordPieceParts parts);
  WordPiece(const WordPiece&) = delete;
  WordPiece& operator=(const WordPiece&) = delete;

  void encode_word(std::string_view word, std::vector<Piece>& out) const override;
  void encode_text(std::string_view text, std::vector<Piece>& out, std::vector<std::int32_t>& words) const override;
  std::int32_t cls_id() const override { return parts_.cls; }
  std::int32_t sep_id() const override { return parts_.sep; }
  std::int32_t unk_id() const override { return parts_.unk; }
  std::int32_t pad_id() const override { return parts_.pad; }
  std::string_view token(std::int32_t id) const override { return parts_.tokens[static_cast<std::size_t>(id)]; }
  std::size_t vocabulary_size() const override { return parts_.tokens.size(); }

 private:
  using Normalized = bert_text::Normalized;

  /// Where pieces go, and where their words end, for those who ask.
  struct Output {
    std::vector<Piece>& pieces;
    std::vector<std::size_t>* word_ends;

    void end_word() {
      if (word_ends != nullptr) word_ends->push_back(pieces.size());
    }
  };

  void encode(std::string_view text, Output out) const;
  void encode_plain(std::string_view text, std::int32_t first_source, Output out) const;
  void encode_words(const Normalized& text, std::size_t begin, std::size_t end, Output out) const;
  void encode_pieces(const Normalized& text, std::size_t begin, std::size_t end, Output out) const;

  WordPieceParts parts_;
  AddedTokenFinder in_raw_text_;
  AddedTokenFinder in_normal_text_;
  PieceTable starts_;     // pieces that open a word
  PieceTable continues_;  // pieces that go on with one
};

}  // namespace fthost
