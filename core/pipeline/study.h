#pragma once

/// [study]: one pipeline file that stands for many runs, its points. Each point is the pipeline with some options
/// changed; a grid, paired lists, a list of points and overrides say which.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/pipeline/pipeline.h"

namespace fthost {

/// In the folder of a study or a sequence, keeps what runs left that have not come to their end: no point's name.
inline constexpr std::string_view kUnfinishedFolder = "unfinished";

struct StudyPoint {
  std::string name;  ///< Unique in the study; one component of a path.
  /// What the study sets for it, by "table.option", as TOML writes values; in the order of the file.
  std::vector<std::pair<std::string, std::string>> varied;
  Pipeline pipeline;  ///< Its run is called `name`, and its output is the study's folder.
};

struct Study {
  std::string name;                ///< [run] name, or the file's name.
  std::filesystem::path folder;    ///< [run] output / name: where the points' run folders are made.
  int jobs = 1;                    ///< Points that run at the same time.
  std::vector<StudyPoint> points;  ///< The last list of the grid varies fastest.
};

/// Reads, parses and checks all points. All errors come in one InputError, those of the study with their line; what is
/// wrong with several points alike is said once. None: the file has no [study]. Else as load_pipeline.
std::optional<Study> load_study(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                PluginRegistry& registry);

/// The point of that name alone: what is wrong with the others' options is not asked. Throws InputError, also where
/// there is no such point, with the nearest name.
std::optional<StudyPoint> load_study_point(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                           PluginRegistry& registry, const std::string& name);

}  // namespace fthost
