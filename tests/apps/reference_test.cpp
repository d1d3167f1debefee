// configs/reference/study.toml equals the reference experiment's own arithmetic, restated with PyTorch and Transformers
// (tests/golden/reference/generate.py): in all seven settings, 20 steps of a small model without dropout.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/program.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(FTHOST_TEST_DATA) / "golden/reference";
const std::vector<std::string> kSettings = {"classifier", "classifier-pooler", "last-1", "last-2", "last-3", "last-5",
                                            "full"};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The committed study with the small model, its data and its rates: whatever else makes a run the reference's stays.
class SmallReference {
 public:
  SmallReference() : text_(text_of(fs::path(FTHOST_SOURCE_DIR) / "configs/reference/study.toml")) {
    set("output = \"../../runs\"", "output = \"runs\"\nthreads = 1");
    set("reader = \"gmb-csv\"", "reader = \"conll\"");
    set("train = \"../../data/gmb/ner_dataset.csv.zip\"", "train = \"" + (kGolden / "train.conll").string() + "\"");
    set("split = 0.1 ", "dev = \"" + (kGolden / "dev.conll").string() + "\" ");
    set("max_length = 75 ", "max_length = 8 ");
    set("path = \"../../.deps/models/all-minilm-l6-v2\"", "path = \"" + (kGolden / "model").string() + "\"");
    const auto labels = text_.find("labels = [");
    REQUIRE(labels != std::string::npos);
    text_.replace(labels, text_.find('\n', labels) - labels, R"(labels = ["O", "B-LOC", "B-PER", "I-PER", "PAD"])");
    set("dropout = 0.1", "dropout = 0.0");
    set("batch_size = 32", "batch_size = 6");
    set("lr = 3e-5", "lr = 5e-3");
    set("lr = 3e-3", "lr = 5e-2");
    set("lr = 3e-3", "lr = 5e-2");
    folder_.write("study.toml", text_);
  }

  void run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"study.toml"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = run_program(words, folder_.path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
  }

  std::string read(const std::string& setting, const std::string& file) const {
    return folder_.read("runs/reference/" + setting + "/" + file);
  }

  /// A field of each step.
  std::vector<double> steps(const std::string& setting, const std::string& field) const {
    std::vector<double> values;
    std::istringstream lines(read(setting, "events.jsonl"));
    for (std::string line; std::getline(lines, line);)
      if (const auto event = nlohmann::json::parse(line); event.at("event") == "step_ended")
        values.push_back(event.at(field).get<double>());
    return values;
  }

  /// The rows of a CSV file, by column.
  std::map<std::string, std::vector<std::string>> columns(const std::string& setting, const std::string& file) const {
    std::istringstream lines(read(setting, file));
    std::vector<std::string> names;
    std::map<std::string, std::vector<std::string>> columns;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      std::size_t column = 0;
      for (std::string field; std::getline(fields, field, ','); ++column)
        if (names.size() <= column && columns.empty())
          names.push_back(field);
        else
          columns[names[column]].push_back(field);
      if (columns.empty())
        for (const auto& name : names) columns[name];
    }
    return columns;
  }

  std::vector<double> figures(const std::string& setting, const std::string& name) const {
    std::vector<double> values;
    const auto table = columns(setting, "metrics.csv");
    for (const auto& text : table.at(name)) values.push_back(std::stod(text));
    return values;
  }

 private:
  void set(const std::string& from, const std::string& to) {
    const auto at = text_.find(from);
    INFO(from);
    REQUIRE(at != std::string::npos);
    text_.replace(at, from.size(), to);
  }

  TemporaryFolder folder_;
  std::string text_;
};

/// The largest difference beyond `floor` of it, as a share of the value expected there.
double largest_difference(
    const std::vector<double>& found, const nlohmann::json& expected,
    double (*floor)(double) = [](double) { return 0.0; }) {
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double wanted = expected[i].get<double>();
    REQUIRE(std::isfinite(found[i]));
    const double difference = std::max(0.0, std::abs(found[i] - wanted) - floor(wanted));
    largest = std::max(largest, wanted == 0 ? difference * 1e10 : difference / std::abs(wanted));
  }
  return largest;
}

/// Its gradient is zero but for rounding: softmax does not see what is added to all scores of a row alike.
bool is_arbitrary(const std::string& name) {
  return name.ends_with("attention.self.key.bias");
}

/// A drift is a mean of squared differences of weights that are f32: those of the norms are near 1, where each step
/// rounds to 2^-24 and differences of some steps to about twice that.
double rounding_of_drift(double drift) {
  return 2 * std::sqrt(drift) * 0x1p-23;
}

void check_drift(const SmallReference& reference, const std::string& setting, const nlohmann::json& expected) {
  const auto rows = reference.columns(setting, "drift.csv");
  std::map<std::string, std::map<std::string, std::vector<double>>> found;
  for (std::size_t i = 0; i < rows.at("epoch").size(); ++i)
    for (const auto* kind : {"iterative", "base"})
      found[rows.at("parameter")[i]][kind].push_back(std::stod(rows.at(kind)[i]));
  CHECK(found.size() == expected.size());
  for (const auto& [checkpoint_name, kinds] : expected.items()) {
    // A topology's names are those of the encoder alone.
    const auto name = checkpoint_name.starts_with("bert.") ? checkpoint_name.substr(5) : checkpoint_name;
    INFO(name);
    REQUIRE(found.contains(name));
    if (is_arbitrary(name)) continue;
    for (const auto* kind : {"iterative", "base"})
      CHECK(largest_difference(found[name][kind], kinds[kind], rounding_of_drift) < 1e-5);
  }
}

TEST_CASE("the reference study equals the experiment's own arithmetic, in all seven settings", "[pipeline][apps]") {
  const auto expected = nlohmann::json::parse(text_of(kGolden / "expected.json"));
  const SmallReference reference;
  reference.run();
  for (const auto& setting : kSettings) {
    INFO(setting);
    const auto& wanted = expected.at(setting);
    CHECK(largest_difference(reference.steps(setting, "loss"), wanted["losses"]) < 1e-5);
    CHECK(largest_difference(reference.steps(setting, "gradient_norm"), wanted["norms"]) < 1e-5);
    CHECK(largest_difference(reference.steps(setting, "clip_factor"), wanted["factors"]) < 1e-5);
    for (const auto* figure : {"train_loss", "dev_loss", "dev_f1_flat"}) {
      INFO(figure);
      CHECK(largest_difference(reference.figures(setting, figure), wanted[figure]) < 1e-5);
    }
    check_drift(reference, setting, wanted["drift"]);
  }
  CHECK(reference.read("classifier", "model/model.safetensors") ==
        reference.read("classifier-pooler", "model/model.safetensors"));
}

TEST_CASE("padding changes nothing", "[pipeline][apps]") {
  const SmallReference padded, packed;
  padded.run({"--point", "last-2"});
  packed.run({"--point", "last-2", "--set", "data.pad=none"});
  const auto losses = nlohmann::json(packed.steps("last-2", "loss"));
  CHECK(largest_difference(padded.steps("last-2", "loss"), losses) < 1e-6);
  CHECK(padded.steps("last-2", "tokens") == packed.steps("last-2", "tokens"));
}

}  // namespace
}  // namespace fthost
