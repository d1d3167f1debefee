#include "core/engine/predictions.h"

#include <fthost/entities.h>
#include <fthost/error.h>

#include <istream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>
#include <utility>
#include <vector>

#include "core/data/words.h"
#include "core/formats/lines.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

Prediction split_line(std::string line, const std::string& name, std::uint32_t number) {
  Prediction prediction;
  prediction.sentence.file = name;
  std::vector<WordPlace> places;
  find_words(line, places);
  for (const auto& place : places) {
    prediction.words.push_back({place.first_character, place.end_character});
    prediction.sentence.words.push_back(line.substr(place.begin, place.end - place.begin));
    prediction.sentence.lines.push_back(number);
  }
  prediction.text = std::move(line);
  return prediction;
}

/// The code points of `text` in the span.
std::string part_of(std::string_view text, const TextSpan& span) {
  std::size_t byte = 0, begin = 0;
  for (std::int64_t i = 0; i < span.end; ++i) {
    if (i == span.begin) begin = byte;
    byte += utf8::decode(text, byte).length;
  }
  return std::string(text.substr(begin, byte - begin));
}

nlohmann::ordered_json entity_json(const Prediction& prediction, const Entity& entity) {
  const auto first = static_cast<std::size_t>(entity.begin), last = static_cast<std::size_t>(entity.end) - 1;
  const TextSpan span{prediction.words[first].begin, prediction.words[last].end};
  const auto& scores = prediction.scores;
  const auto sum = std::accumulate(scores.begin() + entity.begin, scores.begin() + entity.end, 0.0);
  nlohmann::ordered_json json;
  json["type"] = entity.type;
  json["start"] = span.begin;
  json["end"] = span.end;
  json["text"] = part_of(prediction.text, span);
  json["score"] = sum / (entity.end - entity.begin);
  return json;
}

}  // namespace

void read_text(std::istream& in, const std::string& name, const std::function<void(Prediction&&)>& take) {
  LineReader lines(in);
  Line line;
  while (lines.next(line)) {
    require_whole(line, name);
    auto prediction = split_line(std::string(line.text), name, static_cast<std::uint32_t>(line.number));
    if (!prediction.words.empty()) take(std::move(prediction));
  }
  if (lines.failed()) throw Error(name + ": cannot read the file to its end");
}

void read_words(std::istream& in, const std::string& name, const std::function<void(Prediction&&)>& take) {
  read_columns(in, name, {.label_column = std::nullopt}, [&](Sentence&& sentence) {
    Prediction prediction;
    std::int64_t at = 0;
    for (const auto& word : sentence.words) {
      if (at > 0) prediction.text += ' ';
      prediction.text += word;
      const auto end = at + static_cast<std::int64_t>(utf8::count(word));
      prediction.words.push_back({at, end});
      at = end + 1;
    }
    prediction.sentence = std::move(sentence);
    take(std::move(prediction));
  });
}

void write_columns(std::ostream& out, const Prediction& prediction) {
  const auto& [words, labels] = std::tie(prediction.sentence.words, prediction.sentence.labels);
  for (std::size_t i = 0; i < words.size(); ++i) out << words[i] << '\t' << labels[i] << '\n';
  out << '\n';
}

void write_json(std::ostream& out, const Prediction& prediction) {
  nlohmann::ordered_json line;
  line["text"] = prediction.text;
  line["words"] = prediction.sentence.words;
  line["labels"] = prediction.sentence.labels;
  line["scores"] = prediction.scores;
  line["offsets"] = nlohmann::ordered_json::array();
  for (const auto& word : prediction.words) line["offsets"].push_back({word.begin, word.end});
  line["entities"] = nlohmann::ordered_json::array();
  for (const auto& entity : find_entities(prediction.sentence.labels))
    line["entities"].push_back(entity_json(prediction, entity));
  out << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace fthost
