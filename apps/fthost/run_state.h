#pragma once

/// Which runs of a study or a sequence are done, as their run folders tell.

#include <fthost/files.h>

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fthost {

enum class RunState {
  open,        ///< There is no folder of that name.
  unfinished,  ///< There is one, whose run has not come to its end.
  finished,
};

/// Looks at the run's folder. `resolved`: its pipeline as it is now. Throws InputError when a finished run there was
/// made with other options (another number of threads is none), naming those; `part` and `whole` say what it is:
/// "point", "study".
RunState state_of(const std::filesystem::path& run, const std::string& resolved, const std::string& part,
                  const std::string& whole);

/// Moves what an unfinished run left to `folder`/unfinished, under a name that is free; returns where it is then.
std::filesystem::path set_aside(Files& files, const std::filesystem::path& folder, const std::string& run);

/// The object that a JSON file of fthost's own holds; null where there is none that can be read, as after a kill.
nlohmann::json object_in(const std::filesystem::path& file);

/// When a run began and ended, as its record has it: UTC, so that later texts come after earlier ones. Empty: unknown.
struct RunTimes {
  std::string started, ended;
};
RunTimes times_of(const std::filesystem::path& run);

}  // namespace fthost
