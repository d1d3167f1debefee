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

/// Adds --set and --point.
void add_override_option(boost::program_options::options_description& options);

/// All --set.
std::vector<Override> overrides_of(const Arguments& arguments);

/// The pipeline that the word `pipeline` names, with all --set. Of a study, the point that --point names, which then is
/// needed.
Pipeline load_pipeline(const Arguments& arguments, PluginRegistry& registry);

/// The kind that a word of the command line names. Throws InputError with the nearest name and all of them.
Kind kind_named(const std::string& name);

/// The study that the word `pipeline` names; none when the file holds no [study] or --point names one of its points.
std::optional<Study> load_study(const Arguments& arguments, PluginRegistry& registry);

/// To standard output. Bytes that are not UTF-8 (a file's name may hold some) become U+FFFD.
void print_json(const nlohmann::ordered_json& json);

/// "12.3 MB".
std::string bytes_text(std::int64_t bytes);
/// "0.4 s", "12 s", "3 min 20 s".
std::string seconds_text(double seconds);
/// "22,565,376".
std::string count_text(std::int64_t count);

}  // namespace fthost
