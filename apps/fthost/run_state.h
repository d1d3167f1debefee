#pragma once

/// Which runs of a study or a sequence are done, as their run folders tell.

#include <fthost/files.h>

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace fthost {

enum class RunState {
  open,        ///< There is no folder of that name.
  running,     ///< There is one, and another process is at work in it.
  unfinished,  ///< There is one, whose run has not come to its end.
  finished,
};

/// Where the model of a run comes from.
enum class ModelFrom {
  user,    ///< Files that have changed since are a mistake.
  a_part,  ///< What another part left: one that has changed since makes this run one of the past.
};

/// Looks at the run folders of a study's points or a sequence's tasks. Files that several name are read once.
class RunStates {
 public:
  /// "point" and "study", for messages.
  RunStates(std::string part, std::string whole) : part_(std::move(part)), whole_(std::move(whole)) {}

  /// `resolved`: the run's pipeline as it is now. Throws InputError when a finished run there was made with other
  /// options (another number of threads is none) or other contents of its files, naming those.
  RunState of(const std::filesystem::path& run, const std::string& resolved, ModelFrom model = ModelFrom::user);

 private:
  std::vector<std::string> changed_files(const nlohmann::json& record, const char* key);
  const std::string& hash_of(const std::filesystem::path& file);

  const std::string part_, whole_;
  std::map<std::pair<std::string, std::filesystem::file_time_type>, std::string> hashes_;
};

/// Moves what an unfinished run left to `folder`/unfinished, under a name that is free; returns where it is then.
std::filesystem::path set_aside(Files& files, const std::filesystem::path& folder, const std::string& run);

/// The object that a JSON file of fthost's own holds; null where there is none that can be read, as after a kill.
nlohmann::json object_in(const std::filesystem::path& file);

/// When a run ended, as its record has it: UTC, so that later texts come after earlier ones. Empty: unknown.
std::string end_of(const std::filesystem::path& run);

}  // namespace fthost
