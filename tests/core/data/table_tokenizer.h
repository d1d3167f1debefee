#pragma once

#include <fthost/tokenizer.h>

#include <map>
#include <string>
#include <vector>

namespace fthost {

/// Knows the pieces of the words that it was told, and none of other words.
class TableTokenizer final : public Tokenizer {
 public:
  std::map<std::string, std::vector<std::int32_t>, std::less<>> pieces;
  std::int32_t cls = 1;
  std::int32_t sep = 2;
  std::int32_t unk = 3;

  void encode_word(std::string_view word, std::vector<Piece>& out) const override {
    const auto found = pieces.find(word);
    if (found == pieces.end()) return;
    for (const auto id : found->second) out.push_back({id, 0, 0});
  }
  void encode_text(std::string_view text, std::vector<Piece>& out, std::vector<std::int32_t>& words) const override {
    encode_word(text, out);
    words.resize(out.size(), 0);
  }
  std::int32_t cls_id() const override { return cls; }
  std::int32_t sep_id() const override { return sep; }
  std::int32_t unk_id() const override { return unk; }
  std::int32_t pad_id() const override { return 0; }
  std::string_view token(std::int32_t) const override { return ""; }
  std::size_t vocabulary_size() const override { return 100000; }
};

}  // namespace fthost
