#include "core/data/examples.h"

#include <fthost/error.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/data/random.h"
#include "core/data/windows.h"

namespace fthost {
namespace {

/// Makes the examples of one sentence after the other.
class ExampleMaker {
 public:
  ExampleMaker(const Tokenizer& tokenizer, const ExampleRules& rules) : tokenizer_(tokenizer), rules_(rules) {
    room_ = rules.max_length - (rules.special_tokens ? 2 : 0);
    if (room_ < 1)
      throw Error("max_length is " + std::to_string(rules.max_length) +
                  ", which leaves no room for a word beside the special tokens");
  }

  void add(const Sentence& sentence) {
    tokenize(sentence);
    if (static_cast<std::int64_t>(pieces_.size()) <= room_ || rules_.long_sentences == LongSentences::window)
      add_windows();
    else
      add_truncated();
    ++made_.counts.sentences;
    made_.counts.words += static_cast<std::int64_t>(words());
  }

  Examples take() {
    made_.counts.examples = static_cast<std::int64_t>(made_.list.size());
    return std::move(made_);
  }

 private:
  void tokenize(const Sentence& sentence) {
    pieces_.clear();
    starts_.assign(1, 0);
    for (const auto& word : sentence.words) {
      tokenizer_.encode_word(word, pieces_);
      if (pieces_.size() == starts_.back()) pieces_.push_back({tokenizer_.unk_id(), 0, 0});
      starts_.push_back(pieces_.size());
    }
    const auto unknown = [&](const Piece& piece) { return piece.id == tokenizer_.unk_id(); };
    made_.counts.unknown_pieces += std::count_if(pieces_.begin(), pieces_.end(), unknown);
  }

  std::size_t words() const { return starts_.size() - 1; }

  void add_windows() {
    std::vector<std::int32_t> sizes(words());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto size = static_cast<std::int64_t>(starts_[i + 1] - starts_[i]);
      sizes[i] = static_cast<std::int32_t>(std::min(size, room_));
      if (size > room_) ++made_.counts.cut_words;
    }
    const auto windows = cut_windows(sizes, room_);
    if (static_cast<std::int64_t>(pieces_.size()) > room_) ++made_.counts.cut;
    if (windows.size() > 1) made_.counts.windows += static_cast<std::int64_t>(windows.size());
    for (std::size_t w = 0; w < windows.size(); ++w) {
      auto example = begin_example(w);
      for (auto word = windows[w].begin; word < windows[w].end; ++word) {
        const bool speaks = word >= windows[w].speak_begin && word < windows[w].speak_end;
        add_word(example, word, static_cast<std::size_t>(sizes[word]), speaks);
      }
      end_example(std::move(example));
    }
  }

  /// Keeps the first tokens that fit, cutting through a word where need be.
  void add_truncated() {
    auto left = static_cast<std::size_t>(room_);
    auto example = begin_example(0);
    std::size_t word = 0;
    for (; word < words() && left > 0; ++word) {
      const auto size = std::min(starts_[word + 1] - starts_[word], left);
      add_word(example, word, size, true);
      left -= size;
    }
    ++made_.counts.cut;
    made_.counts.lost_words += static_cast<std::int64_t>(words() - word);
    if (static_cast<std::int64_t>(starts_[1]) > room_) ++made_.counts.cut_words;
    end_example(std::move(example));
  }

  Example begin_example(std::size_t window) const {
    Example example;
    example.id = example_id(made_.counts.sentences, static_cast<std::int64_t>(window));
    example.sentence = static_cast<std::int32_t>(made_.counts.sentences);
    if (rules_.special_tokens) add_token(example, tokenizer_.cls_id(), -1);
    return example;
  }

  void add_word(Example& example, std::size_t word, std::size_t size, bool speaks) const {
    const auto number = static_cast<std::int32_t>(word);
    if (speaks) example.speakers.push_back({number, static_cast<std::int32_t>(example.tokens.size())});
    for (std::size_t i = 0; i < size; ++i) add_token(example, pieces_[starts_[word] + i].id, number);
  }

  static void add_token(Example& example, std::int32_t id, std::int32_t word) {
    example.tokens.push_back(id);
    example.words.push_back(word);
  }

  void end_example(Example&& example) {
    if (rules_.special_tokens) add_token(example, tokenizer_.sep_id(), -1);
    made_.counts.tokens += static_cast<std::int64_t>(example.tokens.size());
    made_.list.push_back(std::move(example));
  }

  const Tokenizer& tokenizer_;
  const ExampleRules& rules_;
  std::int64_t room_ = 0;
  Examples made_;
  std::vector<Piece> pieces_;        ///< Of the sentence.
  std::vector<std::size_t> starts_;  ///< Where each word's pieces start, and the end of the last one's.
};

}  // namespace

Examples make_examples(std::span<const Sentence> sentences, const Tokenizer& tokenizer, const ExampleRules& rules,
                       const ExampleProgress& progress) {
  ExampleMaker maker(tokenizer, rules);
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    maker.add(sentences[i]);
    if (progress) progress(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(sentences.size()));
  }
  return maker.take();
}

std::uint64_t example_id(std::int64_t sentence, std::int64_t window) {
  return mix(static_cast<std::uint64_t>(sentence), static_cast<std::uint64_t>(window));
}

}  // namespace fthost
