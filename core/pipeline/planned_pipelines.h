#pragma once

/// From planned runs to checked pipelines: the file, every --set laid over it, then what the run changes.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/pipeline/pipeline.h"
#include "core/pipeline/planned_runs.h"
#include "core/pipeline/request.h"

namespace fthost {

/// Makes the pipelines of one file's runs. All references must outlive it.
class PlannedPipelines {
 public:
  /// Throws InputError when the file cannot be read or is not TOML.
  PlannedPipelines(const std::filesystem::path& file, const std::vector<Override>& overrides, PluginRegistry& registry);

  /// The file and every --set, as the runs find them.
  Request& request() { return *request_; }
  /// Takes what is wrong with the list of runs.
  Problems& problems() { return problems_; }
  /// Throws that, what is wrong with name and folder of the whole, and with the file's tables.
  void throw_if_list_is_wrong();

  /// What all runs together are called: [run] name, or the file's name.
  std::string name() const;
  /// [run] output / name(): where their run folders are made.
  std::filesystem::path folder() const;

  /// --set and a list of runs cannot both say what an option is.
  void refuse_overridden(const std::vector<PlannedRun>& runs, const RunList& list);

  /// The pipeline with the run's changes and then `more`; its run is called `run_name`, in folder(). None when it is
  /// wrong.
  std::optional<Pipeline> make(const PlannedRun& run, const std::string& run_name,
                               const std::vector<OptionChange>& more);

  /// Throws all that is wrong with the file's tables and the pipelines: what several have alike once, `with_names` with
  /// a note of the runs that have it, where it is not all of them.
  void throw_if_any(bool with_names) const;

 private:
  struct Found {
    Message message;
    std::vector<std::string> runs;
  };

  void check_name_and_output();
  void take(const std::vector<Message>& messages, const std::string& run);

  const std::filesystem::path& file_;
  const std::vector<Override>& overrides_;
  PluginRegistry& registry_;
  Problems of_file_, problems_;
  std::unique_ptr<Request> request_;
  std::size_t made_ = 0;  ///< Runs, wrong ones too.
  std::vector<Found> found_;
};

/// The changes as "table.option" and its value as TOML writes it.
std::vector<std::pair<std::string, std::string>> written_changes(const PlannedRun& run);

}  // namespace fthost
