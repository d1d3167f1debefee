#include "core/formats/wordpiece.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/utf8.h"
#include "tests/catch.h"

// The golden files are made by tests/golden/tokenizer/generate.py with Hugging Face's `tokenizers`.

using fthost::Piece;
using fthost::Tokenizer;
namespace bert_text = fthost::bert_text;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(FTHOST_TEST_DATA) / "golden/tokenizer";

/// The checksum of zlib and PNG.
class Crc32 {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) value_ = (value_ >> 8) ^ table()[(value_ ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  void add(std::int32_t number) {
    const auto bits = static_cast<std::uint32_t>(number);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      const char byte = static_cast<char>((bits >> shift) & 0xFFU);
      add(std::string_view(&byte, 1));
    }
  }
  std::uint32_t value() const { return ~value_; }

 private:
  static const std::array<std::uint32_t, 256>& table() {
    static const auto made = [] {
      std::array<std::uint32_t, 256> entries{};
      for (std::uint32_t i = 0; i < 256; ++i) {
        entries[i] = i;
        for (int bit = 0; bit < 8; ++bit) entries[i] = (entries[i] >> 1) ^ ((entries[i] & 1U) != 0 ? 0xEDB88320U : 0U);
      }
      return entries;
    }();
    return made;
  }
  std::uint32_t value_ = ~0U;
};

std::string normalized(std::string_view text, const bert_text::Settings& settings) {
  bert_text::Normalized out;
  bert_text::normalize(text, settings, 0, out);
  return out.text;
}

// --- the random strings of tests/golden/tokenizer/strings.py ------------------------------------------------------

constexpr char32_t kTrouble[] = {0x0,     0x7F,    0x85,    0xA0,    0xAD,    0x130,   0x131,   0x1C5,   0x344,
                                 0x345,   0x334,   0x327,   0x37E,   0x3A3,   0x3C2,   0x5B0,   0x8D4,   0xDDD,
                                 0xDCA,   0xF73,   0x1680,  0x180E,  0x1B44,  0x1E9E,  0x1FEF,  0x200B,  0x200D,
                                 0x2028,  0x2126,  0x2260,  0x2FFF,  0x3000,  0x302E,  0x3099,  0xE000,  0xF900,
                                 0xFB1D,  0xFEFF,  0xFFFC,  0xFFFD,  0xFFFF,  0x10400, 0x1D15E, 0x1D160, 0x1D165,
                                 0x1D16D, 0x1E000, 0x1F600, 0x20000, 0x2B820, 0x2F800, 0xE0100, 0x10FFFF};
constexpr std::string_view kFragments[] = {"[MASK]", "[mask]", "[CLS]",  "  [SEP] ", "the",      "ing",
                                           "Don't",  "CAFÉ",   "straße", "ΣΑΣ",      "new york", "<e1>"};

/// splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint32_t below(std::uint64_t n) {
    state_ += 0x9E3779B97F4A7C15U;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) % n);
  }

 private:
  std::uint64_t state_;
};

char32_t scalar(Random& random) {
  const auto value = random.below(0x110000 - 0x800);
  return value < 0xD800 ? value : value + 0x800;
}

void append_item(Random& random, std::string& out) {
  struct Range {
    char32_t first, size;
  };
  static constexpr Range ranges[] = {{0x0, 0x250},   {0x300, 0x70},   {0x370, 0x1C0}, {0x590, 0x270},
                                     {0x900, 0x400}, {0x1E00, 0x200}, {0x2000, 0x70}, {0x4E00, 0x100}};
  const auto kind = random.below(20);
  if (kind < 6) return fthost::utf8::append(out, U'a' + random.below(26));
  if (kind < 8) return fthost::utf8::append(out, 0x21 + random.below(94));
  if (kind == 8) return fthost::utf8::append(out, U' ');
  if (kind == 17) return fthost::utf8::append(out, scalar(random));
  if (kind == 18) return fthost::utf8::append(out, kTrouble[random.below(std::size(kTrouble))]);
  if (kind == 19) {
    out += kFragments[random.below(std::size(kFragments))];
    return;
  }
  fthost::utf8::append(out, ranges[kind - 9].first + random.below(ranges[kind - 9].size));
}

std::string random_word(Random& random) {
  std::string word;
  for (auto items = 1 + random.below(24); items > 0; --items) append_item(random, word);
  return word;
}

std::uint32_t hash_of(const std::vector<Piece>& pieces) {
  Crc32 hash;
  for (const auto& piece : pieces) {
    hash.add(piece.id);
    hash.add(piece.begin);
    hash.add(piece.end);
  }
  return hash.value();
}

/// The pieces as people read them: "new[0,3) ##s[3,4)".
std::string shown(const Tokenizer& tokenizer, std::string_view word) {
  std::vector<Piece> pieces;
  tokenizer.encode_word(word, pieces);
  std::ostringstream out;
  for (const auto& piece : pieces) {
    out << (out.tellp() > 0 ? " " : "") << tokenizer.token(piece.id) << '[' << piece.begin << ',' << piece.end << ')';
  }
  return out.str();
}

}  // namespace

TEST_CASE("bert text treats every scalar value as tokenizers does", "[unit]") {
  using Settings = bert_text::Settings;
  const std::vector<Settings> all = {{true, false, false, false},
                                     {false, true, false, false},
                                     {false, false, true, false},
                                     {false, false, false, true},
                                     {true, true, true, true}};
  std::ifstream golden(kGolden / "characters.txt");
  std::string line;
  std::getline(golden, line);  // the heading
  std::size_t blocks = 0;
  for (; std::getline(golden, line); ++blocks) {
    INFO(line);
    std::istringstream fields(line);
    char32_t block = 0;
    std::uint32_t number = 0;
    fields >> std::hex >> number;
    block = number * 0x1000;
    std::vector<Crc32> hashes(all.size() + 1);
    for (char32_t c = block; c < block + 0x1000; ++c) {
      if (c >= 0xD800 && c < 0xE000) continue;
      std::string text;
      fthost::utf8::append(text, c);
      for (std::size_t i = 0; i < all.size(); ++i) hashes[i].add(normalized(text, all[i]) + '\xFF');
      const auto split = bert_text::split_at(c);
      hashes.back().add(split == bert_text::Split::none         ? "1\xFF"
                        : split == bert_text::Split::whitespace ? "2\xFF"
                                                                : "3\xFF");
    }
    for (const auto& hash : hashes) {
      std::uint32_t expected = 0;
      fields >> expected;
      CHECK(hash.value() == expected);
    }
  }
  CHECK(blocks == 0x110);
}

TEST_CASE("wordpiece gives the pieces of tokenizers for 60,000 random words", "[unit]") {
  struct Set {
    const char* name;
    std::uint64_t seed;
  };
  // From vocab.txt and tokenizer_config.json, from tokenizer.json, and with all kinds of added tokens.
  for (const auto& [name, seed] : {Set{"uncased", 1}, Set{"cased", 2}, Set{"added", 3}}) {
    const auto tokenizer = fthost::load_wordpiece(kGolden / name);
    std::ifstream golden(kGolden / (std::string(name) + ".ids.txt"));
    Random random(seed);
    std::vector<Piece> pieces;
    std::size_t words = 0;
    for (std::uint32_t expected = 0; golden >> std::hex >> expected; ++words) {
      const auto word = random_word(random);
      pieces.clear();
      tokenizer->encode_word(word, pieces);
      if (hash_of(pieces) != expected) FAIL_CHECK(name << " word " << words << ": " << shown(*tokenizer, word));
    }
    CHECK(words == 20'000);
  }
}

TEST_CASE("wordpiece gives the pieces and word numbers of tokenizers for 18,000 random texts", "[unit]") {
  struct Set {
    const char* name;
    std::uint64_t seed;
  };
  for (const auto& [name, seed] : {Set{"uncased", 4}, Set{"cased", 5}, Set{"added", 6}}) {
    const auto tokenizer = fthost::load_wordpiece(kGolden / name);
    std::ifstream golden(kGolden / (std::string(name) + ".text.txt"));
    Random random(seed);
    std::size_t texts = 0;
    for (std::uint32_t expected = 0; golden >> std::hex >> expected; ++texts) {
      const auto text = random_word(random);
      std::vector<Piece> pieces;
      std::vector<std::int32_t> words;
      tokenizer->encode_text(text, pieces, words);
      REQUIRE(words.size() == pieces.size());
      Crc32 hash;
      for (std::size_t i = 0; i < pieces.size(); ++i)
        for (const auto number : {pieces[i].id, pieces[i].begin, pieces[i].end, words[i]}) hash.add(number);
      if (hash.value() != expected) FAIL_CHECK(name << " text " << texts << ": " << shown(*tokenizer, text));
    }
    CHECK(texts == 6'000);
  }
}

TEST_CASE("wordpiece appends a text's pieces and counts its words from 0", "[unit]") {
  const auto tokenizer = fthost::load_wordpiece(kGolden / "uncased");
  std::vector<Piece> pieces = {{7, 8, 9}};
  std::vector<std::int32_t> words = {5};
  tokenizer->encode_text("don't the", pieces, words);
  CHECK(pieces.size() == 6);
  CHECK(words == std::vector<std::int32_t>{5, 0, 1, 2, 3, 3});
}

TEST_CASE("wordpiece offsets count code points of the word as it was given", "[unit]") {
  const auto tokenizer = fthost::load_wordpiece(kGolden / "uncased");
  CHECK(shown(*tokenizer, "Don't") == "don[0,3) '[3,4) t[4,5)");
  CHECK(shown(*tokenizer, "CAF\u00C9!") == "cafe[0,4) ![4,5)");
  CHECK(shown(*tokenizer, "CAFE\u0301!") == "cafe[0,4) ![5,6)");
  CHECK(shown(*tokenizer, "\u4E01\u4E02") == "\u4E01[0,1) \u4E02[1,2)");
  CHECK(shown(*tokenizer, "a[MASK]") == "a[0,1) [MASK][1,7)");
}

TEST_CASE("wordpiece has no pieces for what cleaning drops", "[unit]") {
  const auto tokenizer = fthost::load_wordpiece(kGolden / "uncased");
  for (const auto word : {"", "\x01", " \t ", "\u200B", "\uFFFD", "\xFF", "\u0301"})
    CHECK(shown(*tokenizer, word).empty());
  CHECK(shown(*tokenizer, "a\xE2\x82z") == shown(*tokenizer, "a\uFFFDz"));
}

TEST_CASE("wordpiece counts characters, not bytes, to tell a long word", "[unit]") {
  const auto tokenizer = fthost::load_wordpiece(kGolden / "cased");
  std::vector<Piece> pieces;
  std::string word;
  for (int i = 0; i < 100; ++i) word += "\u00C6";  // two bytes each
  tokenizer->encode_word(word, pieces);
  CHECK(pieces.size() == 100);
  pieces.clear();
  tokenizer->encode_word(word + "\u00C6", pieces);
  CHECK(pieces == std::vector<Piece>{{tokenizer->unk_id(), 0, 101}});
}

TEST_CASE("wordpiece appends and knows its special tokens", "[unit]") {
  const auto tokenizer = fthost::load_wordpiece(kGolden / "added");
  std::vector<Piece> pieces = {{7, 8, 9}};
  tokenizer->encode_word("x", pieces);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0] == Piece{7, 8, 9});
  CHECK(tokenizer->pad_id() == 0);
  CHECK(tokenizer->unk_id() == 1);
  CHECK(tokenizer->cls_id() == 2);
  CHECK(tokenizer->sep_id() == 3);
  CHECK(tokenizer->token(4) == "[MASK]");
  CHECK(tokenizer->token(static_cast<std::int32_t>(tokenizer->vocabulary_size()) - 1) == "new york");
}
