/// libFuzzer target: any bytes are a text whose pieces lie one behind the other within it and whose words count up from
/// 0; a word by itself gives the pieces that it gives as a text. The first byte chooses among tokenizers.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/utf8.h"
#include "core/formats/wordpiece.h"
#include "tests/fuzz/require.h"

namespace {

using fthost::require;

/// All switches of the normalizer, by the lowest four bits; an added token of every kind.
std::unique_ptr<fthost::WordPiece> make_tokenizer(unsigned settings) {
  fthost::WordPieceParts parts;
  parts.tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a",      "b",      "##a", "##b",
                  "ab",    "é",     "##é",   ".",     "\u4E01", "\u0301", "\uAC00", "A",   "<e>"};
  parts.pieces = parts.tokens.size() - 1;
  parts.max_word_characters = 9;
  parts.normalizer = {(settings & 1) != 0, (settings & 2) != 0, (settings & 4) != 0, (settings & 8) != 0};
  parts.added = {{"[MASK]", 4, false, true, false, false, true},
                 {"<e>", 17, false, true, true, false, false},
                 {"ab", 9, true, false, false, true, false},
                 {"é", 10, false, false, true, true, false}};
  parts.unk = 1;
  parts.cls = 2;
  parts.sep = 3;
  return std::make_unique<fthost::WordPiece>(std::move(parts));
}

const fthost::WordPiece& tokenizer(unsigned settings) {
  static std::vector<std::unique_ptr<fthost::WordPiece>> made(16);
  auto& one = made[settings % 16];
  if (!one) one = make_tokenizer(settings % 16);
  return *one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<fthost::Piece> pieces;
  std::vector<std::int32_t> words;
  tokenizer(data[0]).encode_text(text, pieces, words);
  require(words.size() == pieces.size());
  const auto characters = static_cast<std::int32_t>(fthost::utf8::count(text));
  std::int32_t word = -1;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    require(pieces[i].id >= 0 && pieces[i].id < 18);
    require(pieces[i].begin >= 0 && pieces[i].end <= characters);
    require(words[i] == word || words[i] == word + 1);
    word = words[i];
  }
  std::vector<fthost::Piece> again;
  tokenizer(data[0]).encode_word(text, again);
  require(again == pieces);
  again.clear();
  tokenizer(data[0]).encode_word(fthost::utf8::replace_invalid(text), again);
  require(again == pieces);
  return 0;
}
