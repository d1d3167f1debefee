#pragma once

/// The tokens of a model while its files are read: by id and by text.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/formats/added_tokens.h"
#include "core/formats/json_object.h"

namespace fthost {

/// All throw InputError naming the file.
class Vocabulary {
 public:
  static constexpr std::size_t kMostTokens = 1'000'000;

  explicit Vocabulary(std::string file) : file_(std::move(file)) {}

  /// A token of the model's own vocabulary; all of them come before added ones. An id that is taken is refused. Of
  /// equal tokens (only vocab.txt can have them) the last one counts.
  void add(const std::string& token, std::size_t id);

  /// An added token as tokenizer.json has it. Refused is what would make Hugging Face's `tokenizers` give it another id
  /// than `id`: that library looks it up in the vocabulary, or else gives it the next free id, whatever the file says.
  void add_added(const JsonObject& entry, std::size_t id);
  /// An added token that is plain and special, such as [CLS]; unless it was added already.
  void add_special(const std::string& content);

  std::optional<std::int32_t> find(const std::string& token) const;
  /// The id of a token that must be there; `role`: "the unknown token".
  std::int32_t require(const std::string& token, const std::string& role) const;

  /// Ids below are of the model's own vocabulary; those from there on are of added tokens alone.
  std::size_t own_ids() const { return own_ids_; }

  std::vector<std::string> take_tokens() { return std::move(tokens_); }
  std::vector<AddedToken> take_added() { return std::move(added_); }

 private:
  void place(const std::string& token, std::size_t id);
  std::size_t id_for_added(const std::string& content) const;
  bool is_added(const std::string& content) const;

  std::string file_;
  std::vector<std::string> tokens_;
  std::size_t own_ids_ = 0;
  std::unordered_map<std::string, std::int32_t> ids_;
  std::vector<AddedToken> added_;
};

/// The object "vocab" of the model in tokenizer.json.
Vocabulary vocabulary_of(const JsonObject& model);

/// vocab.txt: a token a line, whose id is the number of lines before.
Vocabulary read_vocabulary(const std::string& file);

}  // namespace fthost
