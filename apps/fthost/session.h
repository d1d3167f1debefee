#pragma once

/// What several commands need: the plugins that are found, how the terminal wants to be spoken to, the pipeline.

#include <fthost/component.h>
#include <fthost/events.h>

#include <boost/program_options/options_description.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "apps/fthost/arguments.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/sequence.h"
#include "core/pipeline/study.h"
#include "core/plugins/registry.h"

namespace fthost {

/// The plugins of the search path.
class FoundPlugins : public PluginRegistry {
 public:
  FoundPlugins();
};

/// From --quiet, --color, NO_COLOR, TERM, CI and standard error itself.
ConsoleStyle console_style(const Arguments& arguments);

/// Adds --quiet and --color.
void add_console_options(boost::program_options::options_description& options);

/// Adds --set, --point and --task.
void add_override_option(boost::program_options::options_description& options);

/// All --set.
std::vector<Override> overrides_of(const Arguments& arguments);

/// Which model the task of a sequence has that a command is for.
enum class TaskModel {
  left,   ///< What the task before it has left; it must be there.
  start,  ///< The sequence's first one: what learns and what it takes is the same, and nothing has to be there.
};

/// The pipeline that the word `pipeline` names, with all --set. Of a study, the point that --point names, which then is
/// needed; the same of a sequence and --task.
Pipeline load_pipeline(const Arguments& arguments, PluginRegistry& registry, TaskModel model = TaskModel::left);

/// The kind that a word of the command line names. Throws InputError with the nearest name and all of them.
Kind kind_named(const std::string& name);

/// The component that the command line names. Throws InputError with the nearest name and all that there are.
const FoundComponent& component_named(Kind kind, const std::string& name, const PluginRegistry& registry);

/// The study that the word `pipeline` names; none when the file holds no [study] or --point names one of its points.
std::optional<Study> load_study(const Arguments& arguments, PluginRegistry& registry);

/// The sequence that it names; none when the file holds no [[sequence]] or --task names one of its tasks.
std::optional<Sequence> load_sequence(const Arguments& arguments, PluginRegistry& registry);

/// The words that make another process run one part of the same file: `option` is --point or --task, `sets` are the
/// --set that it gets.
std::vector<std::string> words_for_part(const Arguments& arguments, const ConsoleStyle& style,
                                        const std::string& option, const std::string& name,
                                        const std::vector<std::string>& sets);

/// To standard output. Bytes that are not UTF-8 (a file's name may hold some) become U+FFFD.
void print_json(const nlohmann::ordered_json& json);

/// "12.3 MB".
std::string bytes_text(std::int64_t bytes);
/// "0.4 s", "12 s", "3 min 20 s".
std::string seconds_text(double seconds);
/// "22,565,376".
std::string count_text(std::int64_t count);

}  // namespace fthost
