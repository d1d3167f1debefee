#pragma once

/// [[sequence]]: one model taken through several tasks, each with its own head, data and learning layers. Each task is
/// the pipeline with some options changed, and starts from the encoder that the one before it left.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/pipeline/pipeline.h"

namespace fthost {

struct SequenceTask {
  std::string name;  ///< Unique in the sequence; one component of a path.
  /// What the file sets for it, by "table.option", as TOML writes values; in the order of the file.
  std::vector<std::pair<std::string, std::string>> varied;
  /// Its run is called "2-NAME", the second task's, and its output is the sequence's folder. The model is the file's,
  /// from the second task on the one that the task before it saves.
  Pipeline pipeline;

  std::filesystem::path run_folder() const { return pipeline.run.output / pipeline.run.name; }
  std::filesystem::path model_folder() const { return run_folder() / "model"; }
};

struct Sequence {
  std::string name;              ///< [run] name, or the file's name.
  std::filesystem::path folder;  ///< [run] output / name: where the tasks' run folders are made.
  std::filesystem::path start;   ///< The folder of the model that the first task starts from.
  std::vector<SequenceTask> tasks;
};

/// Reads, parses and checks all tasks. All errors come in one InputError; what is wrong with several tasks alike is
/// said once. None: the file has no [[sequence]]. Else as load_pipeline.
std::optional<Sequence> load_sequence(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                      PluginRegistry& registry);

/// The index of the task of that name. Throws InputError that names the nearest.
std::size_t find_task(const Sequence& sequence, const std::string& name);

/// The pipeline with its model read from another folder.
Pipeline with_model(Pipeline pipeline, const std::filesystem::path& folder);

}  // namespace fthost
