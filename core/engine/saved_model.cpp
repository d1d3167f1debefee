#include "core/engine/saved_model.h"

#include <fthost/error.h>
#include <fthost/json.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/engine/plugin_calls.h"
#include "core/formats/json_object.h"
#include "core/plugins/model_config.h"

namespace fthost {
namespace {

constexpr const char* kUseFile = "fthost.json";

nlohmann::json to_json(const OptionValue& value) {
  return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

bool is_whole(const nlohmann::json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max());
}

template <class Test>
bool is_list(const nlohmann::json& value, Test test) {
  return value.is_array() && std::all_of(value.begin(), value.end(), test);
}

/// The value as the option's type; none when it is of another. nlohmann's own conversions go further: they make whole
/// numbers of any.
std::optional<OptionValue> option_value(OptionType type, const nlohmann::json& value) {
  const auto is_text = [](const nlohmann::json& item) { return item.is_string(); };
  const auto is_number = [](const nlohmann::json& item) { return item.is_number(); };
  switch (type) {
    case OptionType::boolean:
      if (value.is_boolean()) return value.get<bool>();
      break;
    case OptionType::integer:
      if (is_whole(value)) return value.get<std::int64_t>();
      break;
    case OptionType::real:
      if (is_number(value)) return value.get<double>();
      break;
    case OptionType::text:
    case OptionType::path:
      if (is_text(value)) return value.get<std::string>();
      break;
    case OptionType::texts:
      if (is_list(value, is_text)) return value.get<std::vector<std::string>>();
      break;
    case OptionType::integers:
      if (is_list(value, is_whole)) return value.get<std::vector<std::int64_t>>();
      break;
    case OptionType::reals:
      if (is_list(value, is_number)) return value.get<std::vector<double>>();
      break;
  }
  return std::nullopt;
}

using Values = std::map<std::string, OptionValue, std::less<>>;

/// The component's options: the default of each, or what `saved` holds.
Values options_from(const ComponentDescription& component, const JsonObject& saved) {
  Values values;
  for (const auto& option : component.options) {
    const auto* given = saved.find(option.name);
    auto value = given == nullptr ? option.default_value : option_value(option.type, *given);
    if (given != nullptr && !value.has_value())
      saved.wrong(option.name, "as declared (" + type_and_range(option) + ")");
    if (value.has_value()) values[option.name] = std::move(*value);
  }
  return values;
}

/// A model's. Its folder is where it lies now.
Options model_options_from(const ComponentDescription& component, const JsonObject& saved,
                           const std::filesystem::path& folder) {
  auto values = options_from(component, saved);
  values["path"] = std::filesystem::absolute(folder).string();
  return Options(std::move(values));
}

nlohmann::ordered_json to_json(const Options& options) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : options.values()) json[name] = to_json(value);
  return json;
}

SavedUse read_own(const std::filesystem::path& folder, const PluginRegistry& plugins) {
  const auto file = folder / kUseFile;
  const auto json = read_json(file, {.max_bytes = 1 << 20});
  const JsonObject saved(json, file.string(), "");
  SavedUse use{.model_plugin = saved.text("model"), .head_plugin = saved.text("head")};
  use.max_length = static_cast<std::int64_t>(saved.number("max_length", std::numeric_limits<int>::max()));
  if (use.max_length < 1) saved.wrong("max_length", "1 or more");
  const auto* head = plugins.find(Kind::head, use.head_plugin);
  if (head == nullptr)
    throw InputError(file, "no plugin provides " + title(Kind::head, use.head_plugin),
                     {"`fthost plugins` lists what was found and where"});
  use.head_options = Options(options_from(head->description, saved.object("head_options")));
  // Folders that earlier versions wrote have none. Of a model that is not there, who asks for it says so.
  const auto nothing = nlohmann::json::object();
  const bool has_options = saved.find("model_options") != nullptr;
  if (const auto* model = plugins.find(Kind::model, use.model_plugin))
    use.model_options = model_options_from(
        model->description, has_options ? saved.object("model_options") : JsonObject(nothing, file.string(), ""),
        folder);
  return use;
}

/// The head whose `handles` is how the architecture's name ends.
const FoundComponent& head_for(const ModelConfig& config, const PluginRegistry& plugins) {
  const FoundComponent* found = nullptr;
  for (const auto& component : plugins.components()) {
    const auto& endings = component.description.handles;
    const auto fits = [&](const std::string& ending) { return config.architecture.ends_with(ending); };
    if (component.description.kind != Kind::head || std::none_of(endings.begin(), endings.end(), fits)) continue;
    if (found != nullptr)
      throw InputError(config.file, "two heads handle its architecture '" + config.architecture + "'",
                       {describe(*found), describe(component), "move one of the two files away"});
    found = &component;
  }
  if (found == nullptr)
    throw InputError(config.file, "no head handles its architecture '" + config.architecture + "'",
                     {"`fthost predict` wants a model that was fine-tuned, such as the model/ of a run folder"});
  return *found;
}

SavedUse guess(const std::filesystem::path& folder, const PluginRegistry& plugins) {
  const ModelConfig config = read_model_config(folder);
  const auto* model = plugins.find_handler(Kind::model, config.model_type);
  if (model == nullptr)
    throw InputError(config.file, "no plugin handles its model_type '" + config.model_type + "'",
                     {"`fthost plugins` lists what was found and where"});
  const auto& head = head_for(config, plugins);
  const auto nothing = nlohmann::json::object();
  const JsonObject defaults(nothing, config.file, "");
  return {.model_plugin = model->description.name,
          .head_plugin = head.description.name,
          .model_options = model_options_from(model->description, defaults, folder),
          .head_options = Options(options_from(head.description, defaults)),
          .max_length = {}};
}

void write_model(Files& files, const std::filesystem::path& folder, Network& network, const Pipeline& pipeline) {
  SavedHead head{network.head().architecture(), network.head().parameters(), network.head().labels()};
  call_plugin(pipeline, pipeline.model, "saving", [&] { network.model().save(files, folder, head); });

  nlohmann::ordered_json use;
  use["model"] = pipeline.model.component.description.name;
  use["head"] = pipeline.head.component.description.name;
  use["max_length"] = pipeline.data.max_length;
  use["model_options"] = to_json(pipeline.model.options);
  use["model_options"].erase("path");  // that of the model it started from
  use["head_options"] = to_json(pipeline.head.options);
  write_file(files, folder / kUseFile, use.dump(2) + "\n");
}

/// What cannot be removed stays.
void remove_with_content(Files& files, const std::filesystem::path& folder) {
  try {
    std::vector<std::filesystem::path> inside;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) inside.push_back(entry.path());
    std::for_each(inside.rbegin(), inside.rend(), [&](const auto& path) { files.remove(path); });
    files.remove(folder);
  } catch (const std::exception&) {
    // The failure that led here is the one to tell.
  }
}

}  // namespace

void save_model(Files& files, const std::filesystem::path& folder, Network& network, const Pipeline& pipeline) {
  const auto beside = folder.parent_path() / (".tmp-" + folder.filename().string());
  files.make_folder(beside);
  try {
    write_model(files, beside, network, pipeline);
    files.sync_folder(beside);
    files.rename(beside, folder);
  } catch (...) {
    remove_with_content(files, beside);
    throw;
  }
  files.sync_folder(folder.parent_path());
}

SavedUse read_saved_use(const std::filesystem::path& folder, const PluginRegistry& plugins) {
  if (!std::filesystem::is_directory(folder)) throw InputError(folder, "there is no such model folder");
  return std::filesystem::exists(folder / kUseFile) ? read_own(folder, plugins) : guess(folder, plugins);
}

}  // namespace fthost
