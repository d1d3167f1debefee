#pragma once

/// run.json: what ran, on what, from what, and how it ended. Whoever has it and the files it names can run it again.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fthost/component.h>
#include <fthost/events.h>
#include <fthost/files.h>
#include <fthost/metrics.h>

#include "core/plugins/description.h"

namespace fthost {

/// A file by content.
struct RecordedFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< 64 hexadecimal digits.
};

/// Reads the whole file (1 to 2 GB/s). Throws FileError.
RecordedFile record_file(const std::filesystem::path& path);

struct RecordedPlugin {
  Kind kind = Kind::model;
  std::string name;
  RecordedFile library;
  Fingerprint fingerprint;
};

/// Filled in as things become known. fthost's own version, compiler, the CPU's model, the operating system and the
/// environment variables that matter are added by write_record.
struct RunRecord {
  std::string name;  ///< The run folder's.
  std::vector<std::string> command_line;
  std::chrono::system_clock::time_point started = std::chrono::system_clock::now();

  std::string libtorch;  ///< Version.
  std::string device;
  std::string precision;
  std::string cpu_capability;  ///< What LibTorch uses of the CPU: "AVX512".
  int threads = 0;
  std::uint64_t seed = 0;

  std::vector<RecordedPlugin> plugins;
  std::vector<RecordedFile> model_files;
  std::vector<RecordedFile> data_files;
  std::vector<DataSetCounts> data;  ///< What became of each set.
  std::vector<std::string> labels;  ///< In the order of their ids.

  std::string boundary;              ///< Of the first epoch; see boundary_name.
  std::int64_t layers = 0;           ///< Of the model.
  std::int64_t learning_layers = 0;  ///< Of those, how many learn in the first epoch.
  std::int64_t learning_parameters = 0;
  std::int64_t frozen_parameters = 0;

  // Known at the end.
  std::optional<RunEnded::State> state;  ///< None: running.
  std::string reason;                    ///< Why it failed.
  std::chrono::system_clock::time_point ended;
  double seconds = 0;
  std::optional<CacheUse> cache;          ///< None when there was no prefix whose rows could be kept.
  std::optional<CostComparison> cost;     ///< None when nothing was predicted.
  std::optional<int> kept_epoch;          ///< The epoch whose weights are in model/.
  std::optional<std::int64_t> kept_step;  ///< The step after which they were so.
  MetricTable metrics;
  MetricTable kept_metrics;  ///< As they were at kept_step.
};

/// The text of run.json, indented by two. While the run goes on there is no "ended", "seconds" and "metrics".
std::string record_json(const RunRecord& record);

/// Writes `folder`/run.json, replacing the one that is there at once. Called when a run starts and when it ends.
void write_record(Files& files, const std::filesystem::path& folder, const RunRecord& record);

}  // namespace fthost
