#include "apps/fthost/check_data.h"

#include <fthost/error.h>
#include <fthost/reader.h>

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

/// The sets of a pipeline, as a run would have them.
class SetsReader {
 public:
  SetsReader(const Pipeline& pipeline, PluginRegistry& registry, std::vector<Message>& problems)
      : pipeline_(pipeline), problems_(problems) {
    reader_ = call_plugin(pipeline, pipeline.reader, "being created",
                          [&] { return registry.create<Reader>(pipeline.reader.component, pipeline.reader.options); });
  }

  std::vector<std::pair<std::string, std::vector<Sentence>>> read() {
    const auto& data = pipeline_.data;
    std::vector<std::pair<std::string, std::vector<Sentence>>> sets;
    sets.emplace_back("train", read(data.train));
    if (data.dev) {
      sets.emplace_back("dev", read(*data.dev));
    } else if (data.split && sets[0].second.size() > 1) {
      auto parts = split_sentences(std::move(sets[0].second), *data.split, pipeline_.run.seed);
      sets[0].second = std::move(parts.train);
      sets.emplace_back("dev", std::move(parts.dev));
    }
    if (data.test) sets.emplace_back("test", read(*data.test));
    return sets;
  }

 private:
  std::vector<Sentence> read(const std::filesystem::path& file) {
    try {
      return call_plugin(pipeline_, pipeline_.reader, "reading", [&] { return read_sentences(*reader_, file); });
    } catch (const InputError& error) {
      problems_.insert(problems_.end(), error.messages().begin(), error.messages().end());
      return {};
    }
  }

  const Pipeline& pipeline_;
  std::vector<Message>& problems_;
  std::shared_ptr<Reader> reader_;
};

/// The tokenizer in the model's folder. A model plugin may have another one, so that it is no error not to find this.
std::unique_ptr<Tokenizer> find_tokenizer(const Pipeline& pipeline, std::vector<Message>& problems) {
  const auto& options = pipeline.model.options;
  if (!options.has("path")) return nullptr;
  try {
    return load_wordpiece(options.path("path"));
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
  if (!pipeline.model.options.has("path")) return;
  try {
    const auto most = read_model_config(pipeline.model.options.path("path")).max_tokens;
    if (most && pipeline.data.max_length > *most)
      problems.push_back(point_at(pipeline, "data", "max_length",
                                  "max_length is " + std::to_string(pipeline.data.max_length) +
                                      ", but the model takes " + std::to_string(*most) + " tokens at most"));
  } catch (const InputError& error) {
    problems.insert(problems.end(), error.messages().begin(), error.messages().end());
  }
}

ExampleRules rules_of(const Pipeline& pipeline) {
  ExampleRules rules;
  rules.max_length = pipeline.data.max_length;
  rules.long_sentences = pipeline.data.long_sentences == "window" ? LongSentences::window : LongSentences::truncate;
  const auto& head = pipeline.head.options;
  rules.special_tokens = !head.has("special_tokens") || head.boolean("special_tokens");
  return rules;
}

void print_sets(const std::vector<DataSetSummary>& sets) {
  std::cout << "set     sentences       words  labels      tokens   longer    [UNK]\n";
  for (const auto& set : sets) {
    if (set.sentences == 0) continue;  // it could not be read
    const auto all = static_cast<double>(std::max<std::int64_t>(set.tokens.tokens, 1));
    std::cout << std::left << std::setw(6) << set.name << std::right << std::setw(11) << count_text(set.sentences)
              << std::setw(12) << count_text(set.words) << std::setw(8) << set.labels << std::setw(12)
              << count_text(set.tokens.tokens) << std::setw(9) << count_text(set.tokens.cut) << std::setw(8)
              << std::fixed << std::setprecision(2) << 100 * static_cast<double>(set.tokens.unknown_pieces) / all
              << "%\n";
  }
}

nlohmann::ordered_json place_json(const Message& message) {
  return {{"file", message.place.file}, {"line", message.place.line}, {"text", message.text}};
}

}  // namespace

bool DataReport::is_error(DataFault fault) const {
  if (fault == DataFault::opening) return tags_must_fit && found.of(fault).in_train > 0;
  return fault == DataFault::unlabelled && found.of(fault).count > 0;
}

bool DataReport::has_errors() const {
  const auto is_fatal = [](const Message& message) { return message.severity == Message::Severity::error; };
  return is_error(DataFault::unlabelled) || is_error(DataFault::opening) ||
         std::any_of(problems.begin(), problems.end(), is_fatal);
}

DataReport check_pipeline_data(const Pipeline& pipeline, PluginRegistry& registry) {
  DataReport report;
  const auto sets = SetsReader(pipeline, registry, report.problems).read();
  check_max_length(pipeline, report.problems);
  const auto tokenizer = find_tokenizer(pipeline, report.problems);
  std::vector<NamedSentences> named;
  named.reserve(sets.size());
  for (const auto& [name, sentences] : sets) named.push_back({name, sentences});
  const auto& head = pipeline.head.options;
  report.tags_must_fit = head.has("scheme") && head.text("scheme") != "none";
  report.found = check_data(named, tokenizer.get(), rules_of(pipeline));
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
      std::cout << "  " << message.place.file << ':' << message.place.line << ": " << message.text << '\n';
    const auto more = finding.count - static_cast<std::int64_t>(finding.first.size());
    if (more > 0) std::cout << "  … and " << count_text(more) << " more\n";
  }
}

void add_report(nlohmann::ordered_json& json, const DataReport& report) {
  json["warnings"] = nlohmann::ordered_json::array();
  for (const auto& problem : report.problems)
    json[problem.severity == Message::Severity::error ? "errors" : "warnings"].push_back(place_json(problem));
  json["sets"] = nlohmann::ordered_json::array();
  for (const auto& set : report.found.sets)
    json["sets"].push_back({{"name", set.name},
                            {"sentences", set.sentences},
                            {"words", set.words},
                            {"labels", set.labels},
                            {"tokens", set.tokens.tokens},
                            {"longer", set.tokens.cut},
                            {"unknown", set.tokens.unknown_pieces}});
  json["findings"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < kDataFaults; ++i) {
    const auto& finding = report.found.findings[i];
    nlohmann::ordered_json first = nlohmann::ordered_json::array();
    for (const auto& message : finding.first) first.push_back(place_json(message));
    json["findings"].push_back({{"kind", kFaultNames[i].key},
                                {"severity", report.is_error(static_cast<DataFault>(i)) ? "error" : "warning"},
                                {"count", finding.count},
                                {"first", std::move(first)}});
  }
}

}  // namespace fthost
