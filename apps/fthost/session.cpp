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
#include <utility>

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
      "of a study: this point alone, as if it were the pipeline");
}

ConsoleStyle console_style(const Arguments& arguments) {
  const auto color = arguments.text("color");
  if (color != "auto" && color != "always" && color != "never")
    throw InputError(
        Message{.place = {"fthost", 0, 0}, .text = "--color is 'auto', 'always' or 'never', not '" + color + "'"});
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

Pipeline load_pipeline(const Arguments& arguments, PluginRegistry& registry) {
  const auto file = arguments.required("pipeline");
  const auto overrides = overrides_of(arguments);
  auto study = load_study(file, overrides, registry);
  if (study && arguments.has("point")) return take_point(std::move(*study), arguments.text("point")).pipeline;
  if (arguments.has("point"))
    throw InputError(
        Message{.place = {file, 0, 0}, .text = "there is no [study] in it whose point --point could name"});
  if (!study) return load_pipeline(file, overrides, registry);
  Message message{.place = {file, 0, 0},
                  .text = "it holds a study of " + std::to_string(study->points.size()) +
                          " points, and this is for one of them: name it with --point"};
  message.notes = {"`fthost check " + file + "` lists them"};
  throw InputError(std::move(message));
}

std::optional<Study> load_study(const Arguments& arguments, PluginRegistry& registry) {
  if (arguments.has("point")) return std::nullopt;
  return load_study(arguments.required("pipeline"), overrides_of(arguments), registry);
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
