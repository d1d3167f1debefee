#pragma once

/// A file's sentences, checked against what a reader promises.

#include <fthost/reader.h>
#include <fthost/sentence.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace fthost {

/// Hears how many sentences were read so far.
using ReadProgress = std::function<void(std::int64_t done)>;

/// All sentences of a file. `progress` may be empty; it is called after every sentence. Throws what the reader throws;
/// InputError when there is no sentence in the file; Error when the reader breaks its promises (no words, an empty
/// word, labels or lines that are not one per word).
std::vector<Sentence> read_sentences(Reader& reader, const std::filesystem::path& file,
                                     const ReadProgress& progress = {});

/// Sentences in two parts, each in the order of the file.
struct SplitSentences {
  std::vector<Sentence> train;
  std::vector<Sentence> dev;
};

/// Keeps a random share of the sentences for evaluation, as split_numbers has it. Throws InputError when there are
/// fewer than two sentences.
SplitSentences split_sentences(std::vector<Sentence>&& sentences, double share, std::uint64_t seed);

}  // namespace fthost
