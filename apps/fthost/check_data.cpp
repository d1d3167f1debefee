#include "apps/fthost/check_data.h"

#include <fthost/error.h>
#include <fthost/printable.h>
#include <fthost/reader.h>
#include <fthost/scheme.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "apps/fthost/session.h"
#include "core/data/sentences.h"
#include "core/engine/plugin_calls.h"
#include "core/pipeline/data_file.h"
#include "core/plugins/model_config.h"

namespace fthost {
namespace {

struct FaultName {
  const char* key;    // in JSON
  const char* title;  // their number stands behind it
};

/// In the order of DataFault.
constexpr FaultName kFaultNames[kDataFaults] = {
    {"unlabelled", "sentences without labels (training refuses them)"},
    {"opening", "entities that begin with I- or E-"},
    {"unknown_label", "labels that the training set lacks (no model can learn them)"},
    {"long_sentence", "sentences longer than data.max_length"},
    {"long_word", "words longer than data.max_length (only their beginning is seen)"},
    {"unknown_word", "words with something that the vocabulary lacks ([UNK])"},
    {"duplicate", "sentences that an earlier set has too (figures on them say little)"},
};

using Sets = std::vector<std::pair<std::string, std::vector<Sentence>>>;

/// Runs `call`, and adds what is wrong by it to `problems`.
template <class Call>
void add_problems_of(std::vector<Message>& problems, Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const InputError& error) {
    problems.insert(problems.end(), error.messages().begin(), error.messages().end());
  }
}

/// The sets of a pipeline, as a run would have them.
class SetsReader {
 public:
  SetsReader(const Pipeline& pipeline, PluginRegistry& registry, std::vector<Message>& problems)
      : pipeline_(pipeline), problems_(problems) {
    reader_ = call_plugin(pipeline, pipeline.reader, "being created",
                          [&] { return registry.create<Reader>(pipeline.reader.component, pipeline.reader.options); });
  }

  /// Those that can be read.
  Sets read() {
    const auto& data = pipeline_.data;
    Sets sets;
    add(sets, "train", data.train);
    if (data.dev)
      add(sets, "dev", *data.dev);
    else if (data.split && !sets.empty())
      split(sets, *data.split);
    if (data.test) add(sets, "test", *data.test);
    return sets;
  }

 private:
  void add(Sets& sets, const char* name, const std::filesystem::path& file) {
    add_problems_of(problems_, [&] {
      require_regular_file(pipeline_, name, file);
      sets.emplace_back(
          name, call_plugin(pipeline_, pipeline_.reader, "reading", [&] { return read_sentences(*reader_, file); }));
    });
  }

  void split(Sets& sets, double share) {
    add_problems_of(problems_, [&] {
      auto& train = sets[0].second;
      auto parts = split_sentences(std::move(train), share, pipeline_.run.seed);
      train = std::move(parts.train);
      sets.emplace_back("dev", std::move(parts.dev));
    });
  }

  const Pipeline& pipeline_;
  std::vector<Message>& problems_;
  std::shared_ptr<Reader> reader_;
};

/// The tokenizer in the model's folder. A model plugin may have another one, so that it is no error not to find this.
std::unique_ptr<Tokenizer> find_tokenizer(const Pipeline& pipeline, std::vector<Message>& problems) {
  try {
    return load_wordpiece(pipeline.model.options.path("path"));
  } catch (const InputError& error) {
    for (auto message : error.messages()) {
      message.severity = Message::Severity::warning;
      message.notes.emplace_back("so nothing is said of tokens");
      problems.push_back(std::move(message));
    }
    return nullptr;
  }
}

void check_max_length(const Pipeline& pipeline, std::vector<Message>& problems) {
  add_problems_of(problems, [&] {
    const auto most = read_model_config(pipeline.model.options.path("path")).max_tokens;
    if (most && pipeline.data.max_length > *most)
      problems.push_back(point_at(pipeline, "data", "max_length",
                                  "max_length is " + std::to_string(pipeline.data.max_length) +
                                      ", but the model takes " + std::to_string(*most) + " tokens at most"));
  });
}

ExampleRules rules_of(const Pipeline& pipeline) {
  ExampleRules rules;
  rules.max_length = pipeline.data.max_length;
  rules.long_sentences = pipeline.data.long_sentences == "window" ? LongSentences::window : LongSentences::truncate;
  const auto& head = pipeline.head.options;
  rules.special_tokens = !head.has("special_tokens") || head.boolean("special_tokens");
  return rules;
}

/// Share of the set's tokens, special ones apart, that are [UNK]; 0 without tokens.
double unknown_rate(const DataSetSummary& set) {
  const auto pieces = std::max<std::int64_t>(set.pieces, 1);
  return static_cast<double>(set.tokens.unknown_pieces) / static_cast<double>(pieces);
}

void print_sets(const std::vector<DataSetSummary>& sets) {
  std::cout << "set     sentences       words  labels      tokens   longer    [UNK]\n";
  for (const auto& set : sets) {
    std::cout << std::left << std::setw(6) << set.name << std::right << std::setw(11) << count_text(set.sentences)
              << std::setw(12) << count_text(set.words) << std::setw(8) << set.labels << std::setw(12)
              << count_text(set.tokens.tokens) << std::setw(9) << count_text(set.tokens.cut) << std::setw(8)
              << std::fixed << std::setprecision(2) << 100 * unknown_rate(set) << "%\n";
  }
}

/// The scheme of the training set, as a head finds it that has the options `scheme` and `labels`, and what it refuses.
/// None: the set can't be learned, or was not read; sentences without labels are a finding of their own.
std::optional<Scheme> train_scheme(const Pipeline& pipeline, const Sets& sets, std::vector<Message>& problems) {
  if (sets.empty() || sets[0].first != "train") return std::nullopt;
  const auto& train = sets[0].second;
  if (std::any_of(train.begin(), train.end(), [](const Sentence& sentence) { return sentence.labels.empty(); }))
    return std::nullopt;
  const auto& head = pipeline.head.options;
  if (!head.has("scheme")) return Scheme::none;
  const auto named = scheme_named(head.text("scheme"));
  if (!named && head.text("scheme") != "auto") return std::nullopt;  // of a head with schemes of its own
  std::optional<Scheme> scheme;
  add_problems_of(problems, [&] {
    scheme = require_trainable(train, named, head.has("labels") ? head.texts("labels") : std::vector<std::string>());
  });
  return scheme;
}

}  // namespace

bool DataReport::is_error(DataFault fault) const {
  return fault == DataFault::unlabelled && found.of(fault).count > 0;
}

bool DataReport::has_errors() const {
  const auto is_fatal = [](const Message& message) { return message.severity == Message::Severity::error; };
  return is_error(DataFault::unlabelled) || std::any_of(problems.begin(), problems.end(), is_fatal);
}

DataReport check_pipeline_data(const Pipeline& pipeline, PluginRegistry& registry) {
  DataReport report;
  const auto sets = SetsReader(pipeline, registry, report.problems).read();
  check_max_length(pipeline, report.problems);
  const auto tokenizer = find_tokenizer(pipeline, report.problems);
  std::vector<NamedSentences> named;
  named.reserve(sets.size());
  for (const auto& [name, sentences] : sets) named.push_back({name, sentences});
  const auto scheme = train_scheme(pipeline, sets, report.problems);
  report.found = check_data(named, tokenizer.get(), rules_of(pipeline), scheme);
  return report;
}

void print_report(const DataReport& report) {
  print_sets(report.found.sets);
  if (!report.problems.empty()) std::cout << '\n' << render(report.problems);
  for (std::size_t i = 0; i < kDataFaults; ++i) {
    const auto& finding = report.found.findings[i];
    if (finding.count == 0) continue;
    std::cout << '\n'
              << (report.is_error(static_cast<DataFault>(i)) ? "error: " : "warning: ") << kFaultNames[i].title << ": "
              << count_text(finding.count) << '\n';
    for (const auto& message : finding.first)
      std::cout << "  "
                << printable(message.place.file + ":" + std::to_string(message.place.line) + ": " + message.text)
                << '\n';
    const auto more = finding.count - static_cast<std::int64_t>(finding.first.size());
    if (more > 0) std::cout << "  … and " << count_text(more) << " more\n";
  }
}

nlohmann::ordered_json to_json(const Message& message) {
  return {{"file", message.place.file}, {"line", message.place.line}, {"column", message.place.column},
          {"text", message.text},       {"hint", message.hint},       {"notes", message.notes}};
}

void add_report(nlohmann::ordered_json& json, const DataReport& report) {
  json["warnings"] = nlohmann::ordered_json::array();
  for (const auto& problem : report.problems)
    json[problem.severity == Message::Severity::error ? "errors" : "warnings"].push_back(to_json(problem));
  json["sets"] = nlohmann::ordered_json::array();
  for (const auto& set : report.found.sets)
    json["sets"].push_back({{"name", set.name},
                            {"sentences", set.sentences},
                            {"words", set.words},
                            {"labels", set.labels},
                            {"tokens", set.tokens.tokens},
                            {"longer", set.tokens.cut},
                            {"unknown", set.tokens.unknown_pieces},
                            {"unknown_rate", unknown_rate(set)}});
  json["findings"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < kDataFaults; ++i) {
    const auto& finding = report.found.findings[i];
    nlohmann::ordered_json first = nlohmann::ordered_json::array();
    for (const auto& message : finding.first) first.push_back(to_json(message));
    json["findings"].push_back({{"kind", kFaultNames[i].key},
                                {"severity", report.is_error(static_cast<DataFault>(i)) ? "error" : "warning"},
                                {"count", finding.count},
                                {"first", std::move(first)}});
  }
}

}  // namespace fthost
