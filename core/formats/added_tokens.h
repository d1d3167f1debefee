#pragma once

/// Tokens that are looked for in the text itself before it is cut into words: [MASK] and whatever a user added.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// As in tokenizer.json.
struct AddedToken {
  std::string content;
  std::int32_t id = 0;
  bool single_word = false;  ///< Only where no letter, digit or mark stands directly before or behind.
  bool lstrip = false;       ///< Swallows white space before.
  bool rstrip = false;       ///< Swallows white space behind.
  bool normalized = false;   ///< Looked for in the normalized text, by its own normal form.
  bool special = false;
};

/// Finds added tokens: from left to right, at each place the longest one (the first of equal ones), without overlap.
/// Immutable; safe to call from several threads.
class AddedTokenFinder {
 public:
  /// Bytes `begin` to `end` are the token `id`, or ordinary text when `id` is kText.
  struct Part {
    std::size_t begin, end;
    std::int32_t id;
  };
  static constexpr std::int32_t kText = -1;

  /// Each token's `content` must be what stands in the text to be searched, and not empty. Special ones go first.
  explicit AddedTokenFinder(std::vector<AddedToken> tokens);

  /// Cuts `text` into parts, none of them empty text. Returns false, and adds nothing, when no token is in it.
  bool find(std::string_view text, std::vector<Part>& parts) const;

 private:
  const AddedToken* longest_at(std::string_view text, std::size_t at) const;
  std::size_t next_candidate(std::string_view text, std::size_t at) const;

  std::array<std::vector<AddedToken>, 256> by_first_byte_;  // each sorted from long to short
  bool empty_;
};

}  // namespace fthost
