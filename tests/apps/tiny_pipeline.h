#pragma once

/// A pipeline that trains in a second: the golden tiny BERT (2 layers of 32) on 24 sentences.

#include <fthost/safetensors.h>

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/apps/program.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost {

class TinyPipeline {
 public:
  TinyPipeline() {
    folder_.write("train.conll", sentences(24));
    folder_.write("dev.conll", sentences(6));
    folder_.write("tiny.toml",
                  "[run]\nthreads = 1\n\n"
                  "[data]\nreader = \"conll\"\ntrain = \"train.conll\"\ndev = \"dev.conll\"\nmax_length = 16\n\n"
                  "[model]\nplugin = \"bert\"\npath = \"" +
                      model().string() +
                      "\"\n\n[head]\nplugin = \"ner\"\n\n[freezing]\nplugin = \"last-n-layers\"\nlayers = 1\n\n"
                      "[optimizer]\nplugin = \"adamw\"\nlr = 1e-2\n\n[schedule]\nplugin = \"linear\"\n\n"
                      "[train]\nepochs = 3\nbatch_size = 8\n");
  }

  static std::filesystem::path model() { return std::filesystem::path(FTHOST_TEST_DATA) / "golden/bert/tiny"; }

  /// `fthost tiny.toml` in the folder, with more words behind it.
  Outcome run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"tiny.toml"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, folder_.path());
  }

  /// The same under `name`, with options ("train.epochs=1") instead of the file's; the run must end well. Returns what
  /// it said on standard error, as if the terminal were endlessly wide.
  std::string run_as(const std::string& name, const std::vector<std::string>& options) const {
    std::vector<std::string> words = {"--set", "run.name=" + name};
    for (const auto& option : options) {
      words.emplace_back("--set");
      words.push_back(option);
    }
    const auto outcome = run(words);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return std::regex_replace(outcome.err, std::regex("\\n  "), "  ");
  }

  /// The events of that name, in their order.
  std::vector<nlohmann::json> events(const std::string& run, const std::string& name) const {
    std::istringstream lines(read("runs/" + run + "/events.jsonl"));
    std::vector<nlohmann::json> found;
    for (std::string line; std::getline(lines, line);) {
      auto event = nlohmann::json::parse(line);
      if (event.at("event") == name) found.push_back(std::move(event));
    }
    return found;
  }

  /// The boundary of each epoch.
  std::vector<std::string> boundaries(const std::string& run) const {
    std::vector<std::string> found;
    for (const auto& event : events(run, "epoch_started")) found.push_back(event.at("boundary"));
    return found;
  }

  /// Adds a sink to those that the pipeline has.
  void add_sink(const std::string& name) const {
    folder_.write("tiny.toml", read("tiny.toml") + "\n[[sinks]]\nplugin = \"" + name + "\"\n");
  }

  /// The bytes of the saved weights.
  std::string weights(const std::string& run) const { return read("runs/" + run + "/model/model.safetensors"); }

  /// The encoder's tensors that a run changed, as names.
  std::vector<std::string> changed_tensors(const std::string& run) const {
    const SafetensorsFile before(model() / "model.safetensors");
    const SafetensorsFile after(folder_ / ("runs/" + run + "/model/model.safetensors"));
    const auto bytes_of = [](const SafetensorsFile& file, const std::string& name) {
      const auto& tensor = file.tensors().at(name);
      std::vector<std::byte> bytes(tensor.size);
      file.read(tensor, bytes);
      return bytes;
    };
    std::vector<std::string> changed;
    for (const auto& [name, tensor] : after.tensors())
      if (name.starts_with("bert.") && bytes_of(after, name) != bytes_of(before, name)) changed.push_back(name);
    return changed;
  }

  const TemporaryFolder& folder() const { return folder_; }
  std::string read(const std::string& name) const { return folder_.read(name); }
  nlohmann::json record(const std::string& run = "tiny") const {
    return nlohmann::json::parse(read("runs/" + run + "/run.json"));
  }

 private:
  /// "anna went to paris ." and the like, differing from one to the next.
  static std::string sentences(int count) {
    const std::vector<std::string> people = {"anna", "peter"}, places = {"paris", "london"},
                                   ways = {"went", "was", "home"};
    std::string text;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      text += people[i % 2] + "\tB-PER\n" + ways[i % 3] + "\tO\nto\tO\n" + places[(i / 2) % 2] + "\tB-LOC\n";
      if (i % 4 == 0) text += "with\tO\n" + people[(i + 1) % 2] + "\tB-PER\n";
      text += "\n";
    }
    return text;
  }

  TemporaryFolder folder_;
};

}  // namespace fthost
