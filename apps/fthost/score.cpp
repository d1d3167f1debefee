// fthost score: precision, recall and F1 of entities, from gold and predicted columns.

#include <fthost/columns.h>
#include <fthost/complaints.h>
#include <fthost/entities.h>
#include <fthost/error.h>
#include <fthost/printable.h>
#include <fthost/scheme.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <locale>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/formats/utf8.h"
#include "core/score/conlleval.h"
#include "core/score/count.h"
#include "core/score/strict.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost score [FILE] [--scheme NAME] [--json]",
    "Compares the last two columns of FILE, or of standard input: gold and predicted labels (the word is in the first\n"
    "column), a tag each: O, or B, I, E or S, alone or in front of -TYPE. Entities are compared as wholes, in three\n"
    "ways:\n"
    "  default    as seqeval does by default; the F1 of a run is this one's micro average\n"
    "  strict     as seqeval does in its strict mode: what does not follow the tagging scheme is no entity\n"
    "  conlleval  by the rules of the CoNLL shared tasks' own script, which knows no S- and lets types make entities\n"
    "`micro` counts every entity the same, `macro` every type; `support` is the number of gold entities.",
    "  fthost score predicted.conll\n  fthost score predicted.conll --json\n"
    "  cut -f 1,4,5 dev.tsv | fthost score --scheme iob1\n"};

/// What stands in the file, a list a sentence.
struct Columns {
  std::vector<std::vector<std::string>> gold, predicted;
  std::int64_t words = 0;
  bool has_ends = false;  ///< E or S is among the prefixes.
};

/// Takes the labels of the file's sentences: O, or the prefix of a scheme with or without a type.
class ColumnsTaker {
 public:
  explicit ColumnsTaker(const std::string& file) : complaints_(file) {}

  void take(Sentence&& sentence) {
    for (std::size_t i = 0; i < sentence.labels.size(); ++i)
      for (const auto* label : {&sentence.labels[i], &sentence.predicted[i]}) check(*label, sentence.lines[i]);
    columns_.words += static_cast<std::int64_t>(sentence.words.size());
    columns_.gold.push_back(std::move(sentence.labels));
    columns_.predicted.push_back(std::move(sentence.predicted));
  }

  Columns finish() {
    if (columns_.gold.empty()) complaints_.add({.text = "there is no sentence in it"});
    complaints_.throw_if_any();
    return std::move(columns_);
  }

  /// Throws what is wrong with the labels, and behind it what is wrong with the columns: no sentence was taken from
  /// there on.
  [[noreturn]] void fail(const InputError& columns) const {
    std::vector<Message> all;
    try {
      complaints_.throw_if_any();
    } catch (const InputError& labels) {
      all = labels.messages();
    }
    all.insert(all.end(), columns.messages().begin(), columns.messages().end());
    throw InputError(std::move(all));
  }

 private:
  void check(const std::string& label, std::size_t line) {
    if (label == "O") return;
    const bool has_prefix = std::string_view("BIES").find(label.front()) != std::string_view::npos;
    if (!has_prefix || (label.size() > 1 && label[1] != '-')) {
      complaints_.add(
          {.place = {{}, line, 0}, .text = "expected a tag such as O, B-TYPE or I-TYPE, found '" + label + "'"});
      return;
    }
    columns_.has_ends = columns_.has_ends || label[0] == 'E' || label[0] == 'S';
  }

  Columns columns_;
  Complaints complaints_;
};

Columns read_columns_of(const Arguments& arguments) {
  const ColumnFormat format{.label_column = -2, .predicted_column = -1};
  const auto file = arguments.has("file") ? arguments.text("file") : "-";
  const auto name = file == "-" ? "standard input" : file;
  ColumnsTaker taker(name);
  const auto take = [&](Sentence&& sentence) { taker.take(std::move(sentence)); };
  try {
    if (file == "-")
      read_columns(std::cin, name, format, take);
    else
      read_columns(std::filesystem::path(file), format, take);
  } catch (const InputError& error) {
    taker.fail(error);
  }
  return taker.finish();
}

/// The scheme that --scheme names, in small letters or in capitals, as papers have it; nothing for `auto`.
std::optional<Scheme> asked_scheme(const std::string& text) {
  const auto name = boost::algorithm::to_lower_copy(text, std::locale::classic());
  if (name == "auto") return std::nullopt;
  if (name == "iobes") return Scheme::bioes;  // seqeval's name of it
  const auto scheme = scheme_named(name);
  if (!scheme || *scheme == Scheme::none)
    throw InputError("fthost", "--scheme is 'auto', 'iob1', 'iob2' or 'bioes', not '" + text + "'");
  return scheme;
}

/// The scheme to score by: as asked, and by itself IOB2, or BIOES when a label begins with E or S.
Scheme scheme_of(const Columns& columns, std::optional<Scheme> asked, const std::string& name) {
  if (!asked) return columns.has_ends ? Scheme::bioes : Scheme::iob2;
  if (*asked != Scheme::bioes && columns.has_ends)
    throw InputError("fthost", "--scheme " + name + " has no labels that begin with E or S, but there are some",
                     {"--scheme bioes has them"});
  return *asked;
}

nlohmann::ordered_json figures(double precision, double recall, double f1, std::int64_t support) {
  return {{"precision", precision}, {"recall", recall}, {"f1", f1}, {"support", support}};
}

nlohmann::ordered_json to_json(const Score& score) {
  return figures(score.precision(), score.recall(), score.f1(), score.gold);
}

nlohmann::ordered_json to_json(const EntityScores& scores) {
  const auto macro = macro_averages(scores);
  nlohmann::ordered_json json{{"micro", to_json(scores.micro)},
                              {"macro", figures(macro.precision, macro.recall, macro.f1, scores.micro.gold)},
                              {"types", nlohmann::ordered_json::object()}};
  for (const auto& [type, score] : scores.by_type) json["types"][type] = to_json(score);
  return json;
}

/// Tables with the same columns.
class Tables {
 public:
  explicit Tables(std::initializer_list<const EntityScores*> all) {
    for (const auto* scores : all)
      for (const auto& [type, score] : scores->by_type) width_ = std::max(width_, utf8::count(shown(type)));
  }

  void print(const std::string& title, const EntityScores& scores) const {
    std::cout << '\n'
              << title << '\n'
              << "  " << std::string(width_, ' ') << "  precision    recall        f1   support\n";
    for (const auto& [type, score] : scores.by_type)
      print_row(shown(type), score.precision(), score.recall(), score.f1(), score.gold);
    const auto macro = macro_averages(scores);
    print_row("micro", scores.micro.precision(), scores.micro.recall(), scores.micro.f1(), scores.micro.gold);
    print_row("macro", macro.precision, macro.recall, macro.f1, scores.micro.gold);
  }

 private:
  static std::string shown(const std::string& type) { return type.empty() ? "(none)" : printable(type); }

  void print_row(const std::string& name, double precision, double recall, double f1, std::int64_t support) const {
    std::cout << "  " << name << std::string(width_ - utf8::count(name), ' ') << std::fixed << std::setprecision(4)
              << std::setw(11) << precision << std::setw(10) << recall << std::setw(10) << f1 << std::setw(10)
              << support << '\n';
  }

  std::size_t width_ = 8;
};

}  // namespace

int score_command(const std::vector<std::string>& words) {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()(
      "scheme", po::value<std::string>()->default_value("auto"),
      "of the strict way: iob1, iob2 or bioes (or iobes); auto is BIOES when a label begins with E or S, else IOB2")(
      "json", po::bool_switch(), "print the scores as JSON");
  const Arguments arguments(kHelp, options, {"file"}, words);
  if (arguments.help_shown()) return kDone;
  const auto name = arguments.text("scheme");
  const auto asked = asked_scheme(name);
  const auto columns = read_columns_of(arguments);
  const auto scheme = scheme_of(columns, asked, name);
  const auto lenient = score_entities(columns.gold, columns.predicted);
  const auto strict = score_entities_strict(columns.gold, columns.predicted, scheme);
  const auto conlleval = score_entities_conlleval(columns.gold, columns.predicted);
  if (arguments.flag("json")) {
    print_json({{"default", to_json(lenient)}, {"strict", to_json(strict)}, {"conlleval", to_json(conlleval)}});
    return kDone;
  }
  std::cout << count_text(static_cast<std::int64_t>(columns.gold.size())) << " sentences, " << count_text(columns.words)
            << " words\n";
  const Tables tables({&lenient, &strict, &conlleval});
  tables.print("default (as seqeval)", lenient);
  tables.print("strict (as seqeval, " + std::string(scheme_name(scheme)) + ")", strict);
  tables.print("conlleval", conlleval);
  return kDone;
}

}  // namespace fthost
