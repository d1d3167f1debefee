// fthost score: precision, recall and F1 of entities, from gold and predicted columns.

#include <fthost/columns.h>
#include <fthost/entities.h>
#include <fthost/error.h>

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/score/strict.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost score FILE [--json]",
    "Compares the last two columns of FILE, gold and predicted labels (the word is in the first), entity by entity:\n"
    "by seqeval's default rules, which find entities as conlleval does, and by its strict ones (of IOB2, or of IOBES\n"
    "when a label begins with E or S), for which a malformed entity is none.",
    "  fthost score predicted.conll\n  fthost score predicted.conll --json\n"};

using Labels = std::vector<std::vector<std::string>>;

/// One column of labels. Of another prefix than a scheme's no entity could be made.
Labels read_labels(const std::filesystem::path& file, int column) {
  Labels labels;
  read_columns(file, {.label_column = column}, [&](Sentence&& sentence) {
    for (std::size_t i = 0; i < sentence.labels.size(); ++i)
      if (std::string_view("OBIES").find(sentence.labels[i].front()) == std::string_view::npos)
        throw InputError(
            Message{.place = {sentence.file, sentence.lines[i], 0},
                    .text = "expected O or a label that begins with B, I, E or S, found '" + sentence.labels[i] + "'"});
    labels.push_back(std::move(sentence.labels));
  });
  return labels;
}

bool has_ends(const Labels& labels) {
  const auto is_end = [](const std::string& label) { return label.front() == 'E' || label.front() == 'S'; };
  return std::any_of(labels.begin(), labels.end(),
                     [&](const auto& sentence) { return std::any_of(sentence.begin(), sentence.end(), is_end); });
}

nlohmann::ordered_json to_json(const Score& score) {
  return {{"precision", score.precision()}, {"recall", score.recall()}, {"f1", score.f1()}, {"support", score.gold}};
}

nlohmann::ordered_json to_json(const EntityScores& scores) {
  nlohmann::ordered_json json{{"micro", to_json(scores.micro)}, {"types", nlohmann::ordered_json::object()}};
  for (const auto& [type, score] : scores.by_type) json["types"][type] = to_json(score);
  return json;
}

void print_row(const std::string& name, const Score& score) {
  std::cout << "  " << std::left << std::setw(14) << name << std::right << std::setw(10) << score.precision()
            << std::setw(10) << score.recall() << std::setw(10) << score.f1() << std::setw(10) << score.gold << '\n';
}

void print_table(const std::string& title, const EntityScores& scores) {
  std::cout << std::fixed << std::setprecision(4) << title << '\n'
            << "                 precision    recall        f1   support\n";
  for (const auto& [type, score] : scores.by_type) print_row(type, score);
  print_row("micro", scores.micro);
}

}  // namespace

int score_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  options.add_options()("json", boost::program_options::bool_switch(), "print the scores as JSON");
  const Arguments arguments(kHelp, options, {"file"}, words);
  if (arguments.help_shown()) return kDone;
  const std::filesystem::path file = arguments.required("file");
  // A pipe could be read once only.
  if (std::filesystem::exists(file) && !std::filesystem::is_regular_file(file))
    throw InputError(Message{.place = {file.string(), 0, 0}, .text = "it is no regular file"});
  const auto gold = read_labels(file, -2);
  const auto predicted = read_labels(file, -1);
  if (gold.empty()) throw InputError(Message{.place = {file.string(), 0, 0}, .text = "there is no sentence in it"});
  const auto scheme = has_ends(gold) || has_ends(predicted) ? TagScheme::iobes : TagScheme::iob2;
  const auto lenient = score_entities(gold, predicted);
  const auto strict = score_entities_strict(gold, predicted, scheme);
  if (arguments.flag("json")) {
    print_json({{"default", to_json(lenient)}, {"strict", to_json(strict)}});
    return kDone;
  }
  print_table("default (entities as conlleval finds them)", lenient);
  std::cout << '\n';
  print_table(std::string("strict (") + (scheme == TagScheme::iobes ? "IOBES)" : "IOB2)"), strict);
  return kDone;
}

}  // namespace fthost
