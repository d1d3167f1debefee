#pragma once

/// A pipeline that trains in a second: the golden tiny BERT (2 layers of 32) on 24 sentences.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/apps/program.h"
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
