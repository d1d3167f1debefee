#include "core/formats/bert_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>

#include "core/formats/unicode_tables.h"
#include "core/formats/utf8.h"

namespace fthost::bert_text {
namespace {

using unicode::Range;

enum Flag : std::uint8_t {
  removed = 1,
  whitespace = 2,
  punctuation = 4,
  chinese = 8,
  mark = 16,
  combining = 32,
  decomposes = 64,
  lowers = 128,
};

constexpr char32_t kCodePoints = 0x110000;
constexpr char32_t kHangulFirst = 0xAC00, kHangulLast = 0xD7A3;
constexpr char32_t kCapitalDottedI = 0x130, kCombiningDotAbove = 0x307;

/// One byte of flags a code point, made from the range tables at first use. Only the parts that texts touch cost cache.
class Flags {
 public:
  Flags() : flags_(std::make_unique<std::uint8_t[]>(kCodePoints)) {
    set(unicode::kRemoved, removed);
    set(unicode::kWhitespace, whitespace);
    set(unicode::kPunctuation, punctuation);
    set(unicode::kChinese, chinese);
    set(unicode::kMarks, mark);
    for (const auto& range : unicode::kCombining) add(range.first, range.last, 1, combining);
    for (const auto& entry : unicode::kDecompositions) add(entry.from, entry.from, 1, decomposes);
    add(kHangulFirst, kHangulLast, 1, decomposes);
    for (const auto& range : unicode::kLower) add(range.first, range.last, range.step, lowers);
    add(kCapitalDottedI, kCapitalDottedI, 1, lowers);
  }

  std::uint8_t operator[](char32_t c) const { return flags_[c]; }

 private:
  void set(std::span<const Range> ranges, Flag flag) {
    for (const auto& range : ranges) add(range.first, range.last, 1, flag);
  }
  void add(char32_t first, char32_t last, char32_t step, Flag flag) {
    for (char32_t c = first; c <= last; c += step) flags_[c] = static_cast<std::uint8_t>(flags_[c] | flag);
  }

  std::unique_ptr<std::uint8_t[]> flags_;
};

const Flags& flags() {
  static const Flags instance;
  return instance;
}

/// The range that holds `c`, or null.
template <typename Ranges>
auto find_range(const Ranges& ranges, char32_t c) -> decltype(ranges.data()) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](char32_t value, const auto& range) { return value < range.first; });
  if (after == ranges.begin()) return nullptr;
  const auto& range = *(after - 1);
  return c <= range.last ? &range : nullptr;
}

/// Writes the decomposition of `c`, which must have one, and returns its length.
std::size_t decompose(char32_t c, std::array<char32_t, 3>& to) {
  if (c >= kHangulFirst && c <= kHangulLast) {  // Unicode standard, section 3.12
    const char32_t index = c - kHangulFirst;
    to = {0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28};
    return index % 28 == 0 ? 2 : 3;
  }
  const auto& all = unicode::kDecompositions;
  const auto& entry =
      *std::lower_bound(all.begin(), all.end(), c, [](const auto& e, char32_t value) { return e.from < value; });
  std::copy(std::begin(entry.to), std::end(entry.to), to.begin());
  return static_cast<std::size_t>(std::find(to.begin(), to.end(), U'\0') - to.begin());
}

/// Takes the code points of one text in order and appends their normal form.
class Normalizer {
 public:
  Normalizer(const Settings& settings, Normalized& out) : settings_(settings), out_(out) {}

  void take(char32_t c, std::int32_t source) {
    const auto flag = flags_[c];
    if (settings_.clean_text) {
      if ((flag & removed) != 0) return;
      if ((flag & whitespace) != 0) return strip(U' ', source);
    }
    if (!settings_.handle_chinese_chars || (flag & chinese) == 0) return strip(c, source);
    strip(U' ', source);
    strip(c, source);
    strip(U' ', source);
  }

  /// The same for an ASCII character: it never decomposes, and lower case is 32 further.
  void take_ascii(unsigned char c, std::int32_t source) {
    const auto flag = flags_[c];
    if (settings_.clean_text && (flag & (removed | whitespace)) != 0) {
      if ((flag & removed) != 0) return;
      c = ' ';
    }
    if (!run_.empty()) end_run();
    out_.text.push_back(static_cast<char>(settings_.lowercase && (flag & lowers) != 0 ? c + 32 : c));
    out_.sources.push_back(source);
  }

  /// Must be called after the last code point.
  void finish() {
    if (!run_.empty()) end_run();
  }

 private:
  /// A combining character that waits for its run to end.
  struct Combining {
    char32_t character;
    std::uint8_t combining_class;
    bool follows;  // a further part of the character before it, not one of its own in the text
    bool dropped;
    std::int32_t source;
  };

  void strip(char32_t c, std::int32_t source) {
    if (!settings_.strip_accents) return lower(c, source);
    const auto flag = flags_[c];
    if ((flag & decomposes) == 0) return place(c, flag, false, source);
    std::array<char32_t, 3> parts{};
    const auto length = decompose(c, parts);
    for (std::size_t i = 0; i < length; ++i) place(parts[i], flags_[parts[i]], i > 0, source);
  }

  /// Marks are put in order before they are dropped: those that a newer Unicode version added are not known as marks,
  /// and stay, but have a class that moves them.
  void place(char32_t c, std::uint8_t flag, bool follows, std::int32_t source) {
    const bool dropped = (flag & mark) != 0;
    if ((flag & combining) != 0) {
      const auto combining_class = find_range(unicode::kCombining, c)->combining_class;
      run_.push_back({c, combining_class, follows, dropped, source});
      return;
    }
    if (!run_.empty()) end_run();
    if (!dropped) lower(c, source);
  }

  /// After reordering, each character counts as having come from where the one at its place stood, as in `tokenizers`.
  void end_run() {
    std::vector<std::int32_t> sources;
    for (const auto& entry : run_) {
      if (!entry.follows) sources.push_back(entry.source);
    }
    std::stable_sort(run_.begin(), run_.end(),
                     [](const auto& a, const auto& b) { return a.combining_class < b.combining_class; });
    std::size_t next = 0;
    for (const auto& entry : run_) {
      if (!entry.follows) ++next;
      if (!entry.dropped) lower(entry.character, next == 0 ? entry.source : sources[next - 1]);
    }
    run_.clear();
  }

  void lower(char32_t c, std::int32_t source) {
    if (!settings_.lowercase || (flags_[c] & lowers) == 0) return append(c, source);
    if (c == kCapitalDottedI) {
      append(U'i', source);
      return append(kCombiningDotAbove, source);
    }
    append(static_cast<char32_t>(static_cast<std::int32_t>(c) + find_range(unicode::kLower, c)->distance), source);
  }

  void append(char32_t c, std::int32_t source) {
    utf8::append(out_.text, c);
    out_.sources.resize(out_.text.size(), source);
  }

  const Settings& settings_;
  Normalized& out_;
  const Flags& flags_ = flags();
  std::vector<Combining> run_;
};

}  // namespace

void normalize(std::string_view text, const Settings& settings, std::int32_t first_source, Normalized& out) {
  Normalizer normalizer(settings, out);
  for (std::size_t at = 0; at < text.size(); ++first_source) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      normalizer.take_ascii(byte, first_source);
      ++at;
      continue;
    }
    const auto decoded = utf8::decode(text, at);
    normalizer.take(decoded.value, first_source);
    at += decoded.length;
  }
  normalizer.finish();
}

Split split_at(char32_t character) {
  const auto flag = flags()[character];
  if ((flag & whitespace) != 0) return Split::whitespace;
  return (flag & punctuation) != 0 ? Split::punctuation : Split::none;
}

bool is_word_character(char32_t character) {
  return find_range(unicode::kWord, character) != nullptr;
}

}  // namespace fthost::bert_text
