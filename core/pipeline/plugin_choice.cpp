#include "core/pipeline/plugin_choice.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include <fthost/error.h>

#include "core/pipeline/check_value.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRefusedShown = 4;  ///< After an update it may be all of them.

std::string plugin_of(Kind kind) {
  return std::string(kind_name(kind)) + " plugin";
}

std::string a_plugin_of(Kind kind) {
  const bool vowel = std::string_view("aeiou").find(kind_name(kind).front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + plugin_of(kind);
}

/// Is a library called after a component: "round-robin.so", "libround-robin.so"?
bool bears_name(const fs::path& library, std::string_view name) {
  const auto stem = library.stem().string();
  return !name.empty() && (stem == name || stem == "lib" + std::string(name));
}

class Chooser {
 public:
  Chooser(Kind kind, const GivenOption& given, PluginRegistry& registry, Problems& problems)
      : kind_(kind), given_(given), registry_(registry), problems_(problems) {}

  std::optional<PluginChoice> choose() {
    const auto text = given_text(given_);
    if (!text)
      return refuse("'" + given_.name + "' takes the name of " + a_plugin_of(kind_) + ", found " +
                    found_text(given_.value));
    return text->find('/') == std::string::npos ? by_name(*text) : by_path(*text);
  }

 private:
  std::nullopt_t refuse(std::string text, std::string hint = {}, std::vector<std::string> notes = {}) {
    auto message = given_.at_value(std::move(text));
    message.hint = std::move(hint);
    message.notes = std::move(notes);
    problems_.add(std::move(message));
    return std::nullopt;
  }

  std::optional<PluginChoice> by_name(const std::string& name) {
    try {
      if (const auto* found = registry_.find(kind_, name)) return PluginChoice{*found, name};
    } catch (const InputError& error) {  // there are two: the registry says in which files
      for (const auto& message : error.messages()) refuse(message.place.file + ": " + message.text, "", message.notes);
      return std::nullopt;
    }
    for (const auto& other : registry_.components())
      if (other.description.name == name)
        return refuse("expected " + a_plugin_of(kind_) + ", found the " + title(other.description), "",
                      known_plugins(kind_, registry_, name));
    return refuse("there is no " + plugin_of(kind_) + " '" + name + "'", suggestion(name, registry_.names(kind_)),
                  known_plugins(kind_, registry_, name));
  }

  std::optional<PluginChoice> by_path(const std::string& text) {
    // A folder may have # in its name too.
    const auto last_hash = text.rfind('#');
    const bool names_one = last_hash != std::string::npos && text.find('/', last_hash) == std::string::npos;
    const auto hash = names_one ? last_hash : std::string::npos;
    const auto path = absolute_path(given_.source->folder, text.substr(0, hash));
    std::error_code error;
    if (fs::is_directory(path, error)) return refuse("expected a library, found the folder " + path.string());
    if (!fs::exists(path, error)) return refuse("there is no file " + path.string());
    if (in_library(path).empty()) registry_.scan(path);
    const auto found = in_library(path);
    for (const auto& refused : registry_.refused())
      if (found.empty() && is_same(refused.library, path))
        return refuse("cannot use " + path.string() + ": " + refused.reason);
    return among(found, path, hash == std::string::npos ? "" : text.substr(hash + 1));
  }

  static bool is_same(const fs::path& a, const fs::path& b) {
    std::error_code error;
    return a == b || fs::equivalent(a, b, error);
  }

  std::vector<FoundComponent> in_library(const fs::path& path) const {
    std::vector<FoundComponent> found;
    for (const auto& component : registry_.components())
      if (is_same(component.library, path)) found.push_back(component);
    return found;
  }

  /// The one of the library's components that is meant.
  std::optional<PluginChoice> among(const std::vector<FoundComponent>& all, const fs::path& path,
                                    const std::string& name) {
    std::vector<std::string> titles, names;
    const FoundComponent* chosen = nullptr;
    for (const auto& component : all) {
      titles.push_back(title(component.description));
      if (component.description.kind != kind_) continue;
      names.push_back(component.description.name);
      if (name.empty() || component.description.name == name) chosen = &component;
    }
    const std::string holds = "it holds " + (titles.empty() ? "nothing" : comma_separated(titles));
    if (names.empty()) return refuse(path.string() + " holds no " + plugin_of(kind_), "", {holds});
    if (chosen == nullptr)
      return refuse(path.string() + " holds no " + plugin_of(kind_) + " '" + name + "'", suggestion(name, names),
                    {holds});
    if (name.empty() && names.size() > 1)
      return refuse(path.string() + " holds " + std::to_string(names.size()) + " " + plugin_of(kind_) + "s", "",
                    {holds, "name the one that is meant: \"" + path.filename().string() + "#" + names.front() + "\""});
    return PluginChoice{*chosen, path.string() + "#" + chosen->description.name};
  }

  Kind kind_;
  const GivenOption& given_;
  PluginRegistry& registry_;
  Problems& problems_;
};

}  // namespace

std::optional<PluginChoice> choose_plugin(Kind kind, const GivenOption& given, PluginRegistry& registry,
                                          Problems& problems) {
  return Chooser(kind, given, registry, problems).choose();
}

std::vector<std::string> known_plugins(Kind kind, const PluginRegistry& registry, std::string_view wanted) {
  const auto names = registry.names(kind);
  std::vector<std::string> notes = {names.empty() ? "no " + plugin_of(kind) +
                                                        " was found; 'fthost plugins' says where they are looked for"
                                                  : plugin_of(kind) + "s: " + comma_separated(names)};
  auto refused = registry.refused();
  std::stable_partition(refused.begin(), refused.end(),
                        [&](const RefusedLibrary& each) { return bears_name(each.library, wanted); });
  const auto shown = std::min(refused.size(), kMostRefusedShown);
  for (const auto& each : std::span(refused).first(shown))
    notes.push_back("cannot use " + each.library.string() + ": " + each.reason);
  if (shown < refused.size())
    notes.push_back("and " + std::to_string(refused.size() - shown) + " more files: see 'fthost plugins'");
  for (const auto& place : registry.empty_places())
    notes.push_back("looked in " + place.path.string() + ": " + place.reason);
  return notes;
}

}  // namespace fthost
