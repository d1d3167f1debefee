/// How long it takes to read a corpus and to tokenize it:
///
///     build/dev/bin/read_and_tokenize gmb-csv ner_dataset.csv.zip .deps/models/all-minilm-l6-v2
///
/// The first argument is a reader plugin, used with its default options.

#include <fthost/reader.h>
#include <fthost/tokenizer.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "core/data/examples.h"
#include "core/data/sentences.h"
#include "tests/plugins/open_plugin.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void measure(const std::string& name, const std::string& file, const std::string& model) {
  const auto reader = fthost::open_plugin<fthost::Reader>(name, name);
  auto began = Clock::now();
  const auto sentences = fthost::read_sentences(*reader, file);
  const auto read = seconds_since(began);
  began = Clock::now();
  const auto tokenizer = fthost::load_wordpiece(model);
  const auto loaded = seconds_since(began);
  began = Clock::now();
  const auto examples = fthost::make_examples(sentences, *tokenizer, {});
  const auto tokenized = seconds_since(began);
  std::printf("read %.2f s, load the tokenizer %.2f s, tokenize %.2f s, together %.2f s\n", read, loaded, tokenized,
              read + loaded + tokenized);
  std::printf("%lld sentences, %lld tokens\n", static_cast<long long>(examples.counts.sentences),
              static_cast<long long>(examples.counts.tokens));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: read_and_tokenize READER FILE MODEL\n", stderr);
    return 2;
  }
  try {
    measure(arguments[1], arguments[2], arguments[3]);
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 1;
  }
}
