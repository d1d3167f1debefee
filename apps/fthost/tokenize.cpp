// fthost tokenize: what a model's tokenizer makes of a text, a JSON object a line.

#include <fthost/error.h>
#include <fthost/input_file.h>
#include <fthost/tokenizer.h>

#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/data/words.h"
#include "core/formats/lines.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost tokenize MODEL [FILE] [--words] [--no-special-tokens]",
    "Writes a JSON object for every line of FILE, or of standard input, as the tokenizer of the Hugging Face model\n"
    "folder MODEL cuts it; nothing is cut off at a length or padded. Its lists have an entry a token:\n"
    "  tokens    the tokens' texts\n"
    "  ids       their numbers in the vocabulary\n"
    "  word_ids  the number of the word that each belongs to, null for [CLS] and [SEP]. The words are the tokenizer's\n"
    "            own, as in Hugging Face's word_ids: a punctuation mark is one. With --words they are what stands\n"
    "            between blanks, as in `fthost predict` and in data of words in columns; one of which the tokenizer\n"
    "            drops all is [UNK], as in training\n"
    "  offsets   where in the line each begins and ends (excluded), counted in characters: Unicode code points\n"
    "Bytes that are not UTF-8 count as one U+FFFD each.",
    "  fthost tokenize runs/quickstart/model < sentences.txt\n"
    "  echo \"Anna Bell's here\" | fthost tokenize models/bert --no-special-tokens\n"};

constexpr std::int32_t kNoWord = -1;

/// A line's tokens, and the number of the word of each, or kNoWord.
struct Tokens {
  std::vector<Piece> pieces;
  std::vector<std::int32_t> words;

  void add_special(std::int32_t id) {
    pieces.push_back({id, 0, 0});
    words.push_back(kNoWord);
  }
  void clear() {
    pieces.clear();
    words.clear();
  }
};

/// Encodes the words between blanks each by itself, as training does, with offsets into the whole line.
class WordsEncoder {
 public:
  explicit WordsEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void encode(std::string_view line, Tokens& out) {
    find_words(line, places_);
    for (std::size_t word = 0; word < places_.size(); ++word) {
      encode(line, places_[word], out.pieces);
      out.words.resize(out.pieces.size(), static_cast<std::int32_t>(word));
    }
  }

 private:
  void encode(std::string_view line, const WordPlace& place, std::vector<Piece>& pieces) const {
    const auto first = pieces.size();
    const auto begin = static_cast<std::int32_t>(place.first_character);
    tokenizer_.encode_word(line.substr(place.begin, place.end - place.begin), pieces);
    for (auto i = first; i < pieces.size(); ++i) {
      pieces[i].begin += begin;
      pieces[i].end += begin;
    }
    if (pieces.size() == first)
      pieces.push_back({tokenizer_.unk_id(), begin, static_cast<std::int32_t>(place.end_character)});
  }

  const Tokenizer& tokenizer_;
  std::vector<WordPlace> places_;
};

/// Writes lines of JSON. By hand: a JSON library would take several times as long as the tokenizer does.
class JsonLines {
 public:
  JsonLines(const Tokenizer& tokenizer, std::ostream& out)
      : tokenizer_(tokenizer), out_(out), quoted_(tokenizer.vocabulary_size()) {}
  ~JsonLines() { out_ << text_; }
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  void write(const Tokens& tokens) {
    list("{\"tokens\":[", tokens, [&](std::size_t i) { text_ += quoted(tokens.pieces[i].id); });
    list(",\"ids\":[", tokens, [&](std::size_t i) { number(tokens.pieces[i].id); });
    list(",\"word_ids\":[", tokens, [&](std::size_t i) {
      if (tokens.words[i] == kNoWord)
        text_ += "null";
      else
        number(tokens.words[i]);
    });
    list(",\"offsets\":[", tokens, [&](std::size_t i) {
      text_ += '[';
      number(tokens.pieces[i].begin);
      text_ += ',';
      number(tokens.pieces[i].end);
      text_ += ']';
    });
    text_ += "}\n";
    if (text_.size() < kBlock) return;
    out_ << text_;
    text_.clear();
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 16;

  template <typename One>
  void list(const char* opening, const Tokens& tokens, One&& one) {
    text_ += opening;
    for (std::size_t i = 0; i < tokens.pieces.size(); ++i) {
      if (i > 0) text_ += ',';
      one(i);
    }
    text_ += ']';
  }

  void number(std::int32_t value) {
    char digits[12];
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }

  /// The token's text as JSON, made when it is met first.
  const std::string& quoted(std::int32_t id) {
    auto& text = quoted_[static_cast<std::size_t>(id)];
    if (text.empty())
      text = nlohmann::json(tokenizer_.token(id)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text;
  }

  const Tokenizer& tokenizer_;
  std::ostream& out_;
  std::vector<std::string> quoted_;  // by id
  std::string text_;                 // not yet written
};

struct Choices {
  bool words;
  bool special_tokens;
};

void tokenize(const Tokenizer& tokenizer, std::istream& in, const std::string& name, const Choices& choices) {
  LineReader lines(in);
  JsonLines json(tokenizer, std::cout);
  WordsEncoder words(tokenizer);
  Tokens tokens;
  Line line;
  while (lines.next(line)) {
    require_whole(line, name);
    tokens.clear();
    if (choices.special_tokens) tokens.add_special(tokenizer.cls_id());
    if (choices.words)
      words.encode(line.text, tokens);
    else
      tokenizer.encode_text(line.text, tokens.pieces, tokens.words);
    if (choices.special_tokens) tokens.add_special(tokenizer.sep_id());
    json.write(tokens);
    if (!std::cout) return;  // whoever reads it went away: main says so
  }
  if (lines.failed()) throw Error(name + ": cannot read it to its end");
}

}  // namespace

int tokenize_command(const std::vector<std::string>& words) {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("words", po::bool_switch(), "the line is words between blanks; number those")(
      "no-special-tokens", po::bool_switch(), "without [CLS] in front and [SEP] at the end");
  const Arguments arguments(kHelp, options, {"model", "file"}, words);
  if (arguments.help_shown()) return kDone;
  const auto tokenizer = load_wordpiece(arguments.required("model"));
  const Choices choices{arguments.flag("words"), !arguments.flag("no-special-tokens")};
  std::ios::sync_with_stdio(false);
  const auto name = arguments.has("file") ? arguments.text("file") : "-";
  if (name == "-") {
    tokenize(*tokenizer, std::cin, "standard input", choices);
    return kDone;
  }
  auto file = open_input_file(name);
  tokenize(*tokenizer, file, name, choices);
  return kDone;
}

}  // namespace fthost
