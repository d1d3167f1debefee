/// Reader `jsonl-spans`: a JSON object a line, with a text and where in it the entities are,
///
///     {"text": "Anna went to Paris.", "spans": [{"start": 0, "end": 4, "label": "PER"}]}
///
/// as annotation tools export them. `start` and `end` (excluded) count characters (code points). The text becomes words
/// at its blanks, each mark of punctuation a word of its own; the spans become labels B-PER, I-PER and O. A span must
/// begin where a word begins and end where one ends.

#include <fthost/complaints.h>
#include <fthost/input_file.h>
#include <fthost/json.h>
#include <fthost/plugin.h>
#include <fthost/reader.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;

struct Word {
  std::string text;
  std::int64_t begin = 0, end = 0;  ///< In characters of the line's text.
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_punctuation(char c) {
  return std::ispunct(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 0x80;
}

/// A character of UTF-8 has one byte that does not look like 10xxxxxx: its first.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::int64_t characters = 0;
  bool within = false;
  for (const char c : text) {
    if (begins_character(c)) ++characters;
    if (is_blank(c)) {
      within = false;
      continue;
    }
    if (!within || is_punctuation(c)) words.push_back({"", characters - 1, characters});
    words.back().text += c;
    words.back().end = characters;
    within = !is_punctuation(c);
  }
  return words;
}

class JsonlSpans final : public fthost::Reader {
 public:
  explicit JsonlSpans(const fthost::Options& options)
      : text_key_(options.text("text")), spans_key_(options.text("spans")) {}

  void read(const std::filesystem::path& file, const std::function<void(fthost::Sentence&&)>& take) override {
    auto in = fthost::open_input_file(file);
    fthost::Complaints complaints(file.string());
    std::uint32_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      fthost::Sentence sentence;
      sentence.file = file.string();
      const std::string problem = fill(sentence, line, number);
      if (!problem.empty()) {
        fthost::Message message;
        message.place.line = number;
        message.text = problem;
        complaints.add(std::move(message));
      } else if (complaints.none()) {
        take(std::move(sentence));
      }
    }
    if (in.bad()) throw fthost::Error("cannot read " + file.string() + " to its end");
    complaints.throw_if_any();
  }

 private:
  /// What is wrong with the line; empty when it became a sentence.
  std::string fill(fthost::Sentence& sentence, const std::string& line, std::uint32_t number) const {
    nlohmann::json object;
    try {
      object = fthost::parse_json(line, sentence.file, {.max_bytes = kLongestLine});
    } catch (const fthost::InputError& error) {
      return error.messages().front().text;
    }
    const auto text = object.is_object() ? object.find(text_key_) : object.end();
    if (!object.is_object() || text == object.end() || !text->is_string())
      return "expected an object with a text '" + text_key_ + "'";
    const auto words = words_of(text->get_ref<const std::string&>());
    if (words.empty()) return "'" + text_key_ + "' holds no word";
    for (const auto& word : words) sentence.words.push_back(word.text);
    sentence.lines.assign(words.size(), number);
    const auto spans = object.find(spans_key_);
    if (spans == object.end()) return "";  // a text that nobody annotated
    if (!spans->is_array()) return "'" + spans_key_ + "' must be a list";
    sentence.labels.assign(words.size(), "O");
    for (const auto& span : *spans)
      if (auto problem = label(sentence.labels, words, span); !problem.empty()) return problem;
    return "";
  }

  static std::string label(std::vector<std::string>& labels, const std::vector<Word>& words,
                           const nlohmann::json& span) {
    const auto whole = [&](const char* key) {
      const auto found = span.is_object() ? span.find(key) : span.end();
      return span.is_object() && found != span.end() && found->is_number_integer() ? found->get<std::int64_t>() : -1;
    };
    const auto begin = whole("start"), end = whole("end");
    const auto name = span.is_object() ? span.value("label", nlohmann::json()) : nlohmann::json();
    if (begin < 0 || end <= begin || !name.is_string() || name.get_ref<const std::string&>().empty())
      return "a span needs 'start' and, behind it, 'end' as whole numbers and a 'label': " +
             fthost::shortened(span.dump());
    bool inside = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].end <= begin || words[i].begin >= end) continue;
      if (words[i].begin < begin || words[i].end > end)
        return "the span " + fthost::shortened(span.dump()) + " cuts through the word '" +
               fthost::shortened(words[i].text) + "'";
      if (labels[i] != "O") return "two spans hold the word '" + fthost::shortened(words[i].text) + "'";
      labels[i] = (inside ? "I-" : "B-") + name.get_ref<const std::string&>();
      inside = true;
    }
    return inside ? "" : "the span " + fthost::shortened(span.dump()) + " holds no word";
  }

  std::string text_key_, spans_key_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<JsonlSpans>("jsonl-spans", "Read JSON lines: texts, and their entities as spans.")
                  .option("text", fthost::text().by_default("text"), "key of the text")
                  .option("spans", fthost::text().by_default("spans"),
                          "key of the list of spans; lines without it are read as unlabelled"))
