#pragma once

/// What a run folder holds, as far as a report shows it. Read without LibTorch, and with care: a folder may come from
/// another machine, from a run that was killed, or from an editor.

#include <fthost/message.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fthost::report {

/// Of run.json, or a study's study.json, and of pipeline.toml: larger ones are not read.
inline constexpr std::size_t kMostRecordBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMostPipelineBytes = std::size_t{1} << 20;

/// Options by "table.option", with their values as TOML writes them.
using OptionTexts = std::map<std::string, std::string, std::less<>>;

/// "not given" where it is not there.
std::string value_in(const OptionTexts& options, std::string_view name);

/// One row of metrics.csv. Figures by the name of their column; an empty cell is no figure, NaN is one.
struct EpochFigures {
  int epoch = 0;
  std::map<std::string, double, std::less<>> figures;
};

/// One row of drift.csv: mean squared differences against the epoch before and against the start.
struct DriftRow {
  int epoch = 0;
  std::string parameter;  ///< A tensor's name, a stage's, or "all", as the sink's option `per` has it.
  double iterative = 0;
  double base = 0;
};

/// What the cache did: run.json's `cache`.
struct CacheFigures {
  std::string mode;
  std::int64_t hits = 0, misses = 0, reused = 0, bytes_written = 0;
  double fill_seconds = 0, seconds_saved = 0;
};

/// run.json's `cost`: seconds that were predicted, and those that it took.
struct CostFigures {
  double predicted_epoch = 0, measured_epoch = 0, predicted = 0, measured = 0;
};

/// Facts for people, in the order in which they are shown.
using Facts = std::vector<std::pair<std::string, std::string>>;

struct RunFiles {
  std::string folder;  ///< As the user gave it.
  std::string name;
  std::string task;    ///< Of a sequence: what it is called there; empty of other runs.
  std::string state;   ///< "running", "finished", "failed" or "interrupted".
  std::string reason;  ///< Why it failed; may be empty.
  std::string boundary;
  std::int64_t layers = 0;           ///< Of the model.
  std::int64_t learning_layers = 0;  ///< Of those, how many learn.
  std::int64_t learning_parameters = 0, frozen_parameters = 0;
  std::uint64_t seed = 0;
  double seconds = 0;  ///< Of the run as a whole; 0 while it goes on.
  std::vector<std::string> labels;
  std::map<std::string, double, std::less<>> test;  ///< Figures of the test set.
  std::optional<int> kept_epoch;
  /// Figures of the model that was kept: of an evaluation within an epoch too, of which metrics.csv has no row.
  std::map<std::string, double, std::less<>> kept;
  std::optional<CacheFigures> cache;
  std::optional<CostFigures> cost;
  std::string machine;                    ///< Processor, device, number type and threads, as one text.
  std::string device;                     ///< "cpu" or "cuda", without a number.
  std::vector<std::string> data_hashes;   ///< SHA-256 of each data file.
  std::vector<std::string> model_hashes;  ///< Of each that belongs to the model.
  Facts versions;                         ///< fthost, LibTorch, machine …
  Facts hashes;                           ///< Files of model, data and plugins, and the SHA-256 of each.
  std::vector<EpochFigures> epochs;
  std::vector<DriftRow> drift;
  double study_fill_seconds = 0;  ///< Of the cache that it shares with the folder's other runs: study*.json beside it.
  std::string pipeline;           ///< The text of pipeline.toml.
  OptionTexts options;
};

/// Reads a run folder. What makes it useless (no run.json, a damaged file) goes to `messages` as an error, and the
/// answer is none; what leaves it incomplete (unfinished, no metrics.csv) as a warning.
std::optional<RunFiles> read_run_files(const std::filesystem::path& folder, std::vector<Message>& messages);

/// Ends the last line of a table's text where only its end is missing: where it has as many fields as the header.
/// Editors take the end away; of a run that was killed the last field may be cut off too, and nothing tells.
void end_last_row(std::string& text);

/// The text of a metrics.csv: a header, then a row per epoch. A last row without its line's end is left out. Throws
/// InputError.
std::vector<EpochFigures> read_metrics(const std::string& text, const std::string& file);

/// The same for drift.csv.
std::vector<DriftRow> read_drift(const std::string& text, const std::string& file);

/// The folder that a run's folder lies in: its study's, when it is a point of one.
std::filesystem::path folder_of_study(const std::filesystem::path& run);

/// What filling the cache of a study took, over all shards that left a record in its folder; 0 without any. Throws
/// InputError.
double read_fill_seconds(const std::filesystem::path& study);

/// Sets study_fill_seconds of all of them; each folder is read once. What is wrong goes to `messages`.
void read_fills(std::vector<RunFiles>& runs, std::vector<Message>& messages);

/// The text of run.json. Throws InputError.
RunFiles read_record(const std::string& text, const std::string& file);

/// The text of study.json: the seconds of filling. Throws InputError.
double read_study_record(const std::string& text, const std::string& file);

/// Every option of a resolved pipeline by "table.option"; of a sink by "sinks.NAME.option". Throws InputError.
OptionTexts read_options(const std::string& text, const std::string& file);

/// The run folders that `path` stands for: itself, or, when it holds no run.json, those of its folders that hold one,
/// by name. Folders of folders of runs are left out, with a warning that names them. Throws InputError when there is no
/// run.
std::vector<std::filesystem::path> run_folders(const std::filesystem::path& path, std::vector<Message>& messages);

}  // namespace fthost::report
