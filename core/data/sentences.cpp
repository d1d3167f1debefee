#include "core/data/sentences.h"

#include <fthost/error.h>

#include <limits>
#include <string>
#include <utility>

#include "core/data/order.h"

namespace fthost {
namespace {

/// What a reader must not give; empty when all is well.
std::string broken_promise(const Sentence& sentence) {
  const auto words = sentence.words.size();
  if (words == 0) return "no words";
  for (std::size_t i = 0; i < words; ++i)
    if (sentence.words[i].empty()) return "an empty word at place " + std::to_string(i + 1);
  if (!sentence.labels.empty() && sentence.labels.size() != words)
    return std::to_string(sentence.labels.size()) + " labels for " + std::to_string(words) + " words";
  if (sentence.lines.size() != words)
    return std::to_string(sentence.lines.size()) + " line numbers for " + std::to_string(words) + " words";
  return {};
}

}  // namespace

std::vector<Sentence> read_sentences(Reader& reader, const std::filesystem::path& file, const ReadProgress& progress) {
  std::vector<Sentence> sentences;
  reader.read(file, [&](Sentence&& sentence) {
    if (const auto broken = broken_promise(sentence); !broken.empty())
      throw Error("the reader gave a sentence that it must not give: number " + std::to_string(sentences.size() + 1) +
                  " of " + file.string() + " has " + broken);
    if (sentences.size() == static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      throw Error(file.string() + ": expected at most 2147483647 sentences, found more");
    sentences.push_back(std::move(sentence));
    if (progress) progress(static_cast<std::int64_t>(sentences.size()));
  });
  if (sentences.empty()) throw InputError(file, "expected sentences, found none");
  return sentences;
}

SplitSentences split_sentences(std::vector<Sentence>&& sentences, double share, std::uint64_t seed) {
  if (sentences.size() < 2)
    throw InputError(
        sentences.empty() ? std::string() : sentences[0].file,
        "expected two sentences or more to keep a part for evaluation, found " + std::to_string(sentences.size()),
        {"give a file as `dev` instead of `split`"});
  const auto numbers = split_numbers(seed, share, sentences.size());
  SplitSentences split;
  for (const auto i : numbers.train) split.train.push_back(std::move(sentences[i]));
  for (const auto i : numbers.dev) split.dev.push_back(std::move(sentences[i]));
  return split;
}

}  // namespace fthost
