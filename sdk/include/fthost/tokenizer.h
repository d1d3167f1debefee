#pragma once

/// Cuts words into the pieces that a model knows. A model hands out its tokenizer. Needs no tensor and no LibTorch.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <fthost/version.h>

namespace fthost {

/// A part of a word, as the model sees it. `begin` and `end` count code points of the word (or text) as it was given:
/// which part of it the piece stands for, end excluded. Characters that the tokenizer drops belong to no piece.
struct Piece {
  std::int32_t id;
  std::int32_t begin;
  std::int32_t end;

  bool operator==(const Piece&) const = default;
};

/// Made once and never changed: all functions may be called from several threads at the same time.
class FTHOST_API Tokenizer {
 public:
  virtual ~Tokenizer();

  /// Appends the pieces of one word of a sentence that is already split into words; no [CLS], no [SEP]. The result can
  /// be empty (a word of control characters) and depends on nothing but the word. Bytes that are not UTF-8 count as
  /// U+FFFD, as Rust's from_utf8_lossy has it.
  virtual void encode_word(std::string_view word, std::vector<Piece>& out) const = 0;

  /// Appends the pieces of a text that nobody split into words, and to `words` the number of the word that each of them
  /// belongs to: the tokenizer's own words, counted from 0 (for BERT's, a punctuation mark is one, and so is an added
  /// token). No [CLS], no [SEP]. As `tokenizers` has it in the offsets and word_ids of an encoding.
  virtual void encode_text(std::string_view text, std::vector<Piece>& out, std::vector<std::int32_t>& words) const = 0;

  virtual std::int32_t cls_id() const = 0;  ///< Opens every example.
  virtual std::int32_t sep_id() const = 0;  ///< Closes every example.
  virtual std::int32_t unk_id() const = 0;  ///< Stands for a word that has no pieces in the vocabulary.
  virtual std::int32_t pad_id() const = 0;

  /// The text of the token, empty for an id that the vocabulary leaves out. `id` must be from 0 below
  /// vocabulary_size().
  virtual std::string_view token(std::int32_t id) const = 0;

  /// The largest id plus one, added tokens included: what the rows of the embeddings must cover.
  virtual std::size_t vocabulary_size() const = 0;
};

/// The BERT tokenizer of a Hugging Face model folder: from tokenizer.json, else from vocab.txt and
/// tokenizer_config.json. Its ids are those of Hugging Face's `tokenizers`. Throws InputError when the files are
/// missing, wrong or too large, or ask for something that this tokenizer does not do (another model type, normalizer or
/// pre-tokenizer): it refuses that by name instead of giving other ids.
FTHOST_API std::unique_ptr<Tokenizer> load_wordpiece(const std::filesystem::path& model_folder);

}  // namespace fthost
