#include "apps/fthost/session.h"

#include <fthost/error.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/pipeline/plugin_choice.h"

namespace fthost {
namespace {

namespace po = boost::program_options;

int terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

InputError one_of_several(const std::string& file, const std::string& whole, std::size_t count,
                          const std::string& part) {
  return InputError(file,
                    "it holds a " + whole + " of " + std::to_string(count) + " " + part +
                        "s, and this is for one of them: name it with --" + part,
                    {"`fthost check " + file + "` lists them"});
}

/// --point is for studies, --task for sequences.
void refuse_other_part(const Arguments& arguments, bool is_study, bool is_sequence) {
  const auto refuse = [&](const std::string& text) {
    throw InputError(arguments.text("pipeline"), "there is no " + text);
  };
  if (arguments.has("point") && !is_study) refuse("[study] in it whose point --point could name");
  if (arguments.has("task") && !is_sequence) refuse("[[sequence]] in it whose task --task could name");
}

Pipeline take_task(const Sequence& sequence, const std::string& name, TaskModel model) {
  const auto index = find_task(sequence, name);
  const auto& task = sequence.tasks[index];
  if (model == TaskModel::start) return with_model(task.pipeline, sequence.start);
  std::error_code ignored;
  if (index == 0 || std::filesystem::exists(sequence.tasks[index - 1].model_folder(), ignored)) return task.pipeline;
  const auto& before = sequence.tasks[index - 1];
  throw InputError(
      before.model_folder(),
      "the task '" + name + "' starts from this model of the task '" + before.name + "', which is not there yet",
      {"without --task all tasks are run, one after the other"});
}

}  // namespace

FoundPlugins::FoundPlugins() : PluginRegistry(host_fingerprint()) {
  for (const auto& folder : plugin_search_path({})) scan(folder);
}

void add_console_options(po::options_description& options) {
  options.add_options()("quiet,q", po::bool_switch(), "warnings and errors only")(
      "color", po::value<std::string>()->default_value("auto"), "auto, always or never");
}

void add_override_option(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->composing(),
                        "KEY=VALUE instead of what the file says, such as freezing.layers=6; may be repeated")(
      "point", po::value<std::string>()->value_name("NAME"),
      "of a study: this point alone, as if it were the pipeline")(
      "task", po::value<std::string>()->value_name("NAME"),
      "of a sequence: this task alone, as if it were the pipeline");
}

ConsoleStyle console_style(const Arguments& arguments) {
  const auto color = arguments.text("color");
  if (color != "auto" && color != "always" && color != "never")
    throw InputError("fthost", "--color is 'auto', 'always' or 'never', not '" + color + "'");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  ConsoleStyle style;
  style.quiet = arguments.flag("quiet");
  style.live = isatty(STDERR_FILENO) == 1 && !dumb && !is_set("CI");
  style.color = color == "always" || (color == "auto" && style.live && !is_set("NO_COLOR"));
  style.width = terminal_width();
  return style;
}

std::vector<Override> overrides_of(const Arguments& arguments) {
  std::vector<Override> overrides;
  for (const auto& text : arguments.list("set")) overrides.push_back(parse_override(text));
  return overrides;
}

Pipeline load_pipeline(const Arguments& arguments, PluginRegistry& registry, TaskModel model) {
  const auto file = arguments.required("pipeline");
  const auto overrides = overrides_of(arguments);
  if (arguments.has("point")) {
    auto point = load_study_point(file, overrides, registry, arguments.text("point"));
    refuse_other_part(arguments, point.has_value(), false);
    return std::move(point->pipeline);
  }
  auto study = load_study(file, overrides, registry);
  auto sequence = study ? std::nullopt : load_sequence(file, overrides, registry);
  refuse_other_part(arguments, study.has_value(), sequence.has_value());
  if (study) throw one_of_several(file, "study", study->points.size(), "point");
  if (sequence && arguments.has("task")) return take_task(*sequence, arguments.text("task"), model);
  if (sequence) throw one_of_several(file, "sequence", sequence->tasks.size(), "task");
  return load_pipeline(file, overrides, registry);
}

std::optional<Study> load_study(const Arguments& arguments, PluginRegistry& registry) {
  if (arguments.has("point")) return std::nullopt;
  auto study = load_study(arguments.required("pipeline"), overrides_of(arguments), registry);
  if (study) refuse_other_part(arguments, true, false);
  return study;
}

std::optional<Sequence> load_sequence(const Arguments& arguments, PluginRegistry& registry) {
  if (arguments.has("task")) return std::nullopt;
  auto sequence = load_sequence(arguments.required("pipeline"), overrides_of(arguments), registry);
  if (sequence) refuse_other_part(arguments, false, true);
  return sequence;
}

std::vector<std::string> words_for_part(const Arguments& arguments, const ConsoleStyle& style,
                                        const std::string& option, const std::string& name,
                                        const std::vector<std::string>& sets) {
  std::vector<std::string> words = {arguments.text("pipeline"), option, name, "--color",
                                    style.color ? "always" : "never"};
  for (const auto& set : sets) words.insert(words.end(), {"--set", set});
  if (style.quiet) words.emplace_back("--quiet");
  return words;
}

Kind kind_named(const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<Kind>(i);
    names.emplace_back(kKindNames[i]);
  }
  const auto near = nearest_name(name, names);
  Message message{.place = {"fthost", 0, 0}, .text = "there is no kind '" + name + "'"};
  if (!near.empty()) message.text += "; did you mean '" + std::string(near) + "'?";
  message.notes = {"kinds: model, head, reader, freezing, optimizer, schedule, sink"};
  throw InputError(std::move(message));
}

const FoundComponent& component_named(Kind kind, const std::string& name, const PluginRegistry& registry) {
  if (const auto* found = registry.find(kind, name)) return *found;
  const auto names = registry.names(kind);
  Message message{.place = {"fthost", 0, 0}, .text = "there is no " + title(kind, name)};
  const auto near = nearest_name(name, names);
  if (!near.empty()) message.text += "; did you mean '" + std::string(near) + "'?";
  message.notes = known_plugins(kind, registry, name);
  throw InputError(std::move(message));
}

void print_json(const nlohmann::ordered_json& json) {
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

std::string bytes_text(std::int64_t bytes) {
  char text[32];
  const auto value = static_cast<double>(bytes);
  if (value >= 1e9)
    std::snprintf(text, sizeof text, "%.2f GB", value / 1e9);
  else
    std::snprintf(text, sizeof text, "%.1f MB", value / 1e6);
  return text;
}

std::string seconds_text(double seconds) {
  char text[32];
  const auto whole = std::llround(seconds);
  if (whole >= 60)
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  return text;
}

std::string count_text(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

}  // namespace fthost
