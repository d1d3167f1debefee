#include "core/engine/saved_model.h"

#include <fthost/error.h>
#include <fthost/json.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/engine/plugin_calls.h"

namespace fthost {
namespace {

constexpr const char* kUseFile = "fthost.json";

nlohmann::json to_json(const OptionValue& value) {
  return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

InputError unusable(const std::filesystem::path& folder, const std::string& why, std::vector<std::string> notes = {}) {
  return InputError(Message{.place = {folder.string(), 0, 0}, .text = why, .notes = std::move(notes)});
}

/// The component's options: the default of each, or what `saved` holds.
Options options_from(const ComponentDescription& component, const nlohmann::json& saved,
                     const std::filesystem::path& folder) {
  std::map<std::string, OptionValue, std::less<>> values;
  for (const auto& option : component.options) {
    const auto found = saved.find(option.name);
    if (found == saved.end()) {
      if (option.default_value.has_value()) values[option.name] = *option.default_value;
      continue;
    }
    try {
      switch (option.type) {
        case OptionType::boolean:
          values[option.name] = found->get<bool>();
          break;
        case OptionType::integer:
          values[option.name] = found->get<std::int64_t>();
          break;
        case OptionType::real:
          values[option.name] = found->get<double>();
          break;
        case OptionType::text:
        case OptionType::path:
          values[option.name] = found->get<std::string>();
          break;
        case OptionType::texts:
          values[option.name] = found->get<std::vector<std::string>>();
          break;
        case OptionType::integers:
          values[option.name] = found->get<std::vector<std::int64_t>>();
          break;
        case OptionType::reals:
          values[option.name] = found->get<std::vector<double>>();
          break;
      }
    } catch (const nlohmann::json::exception&) {
      throw unusable(folder / kUseFile, "head option '" + option.name + "' has the wrong type");
    }
  }
  return Options(std::move(values));
}

SavedUse read_own(const std::filesystem::path& folder, const PluginRegistry& plugins) {
  const auto json = read_json(folder / kUseFile, {.max_bytes = 1 << 20});
  SavedUse use;
  try {
    use.model_plugin = json.at("model").get<std::string>();
    use.head_plugin = json.at("head").get<std::string>();
    use.max_length = json.at("max_length").get<int>();
  } catch (const nlohmann::json::exception&) {
    throw unusable(folder / kUseFile, "it needs \"model\" and \"head\" (names) and \"max_length\" (a number)");
  }
  const auto* head = plugins.find(Kind::head, use.head_plugin);
  if (head == nullptr)
    throw unusable(folder / kUseFile, "no plugin provides head '" + use.head_plugin + "'",
                   {"`fthost plugins` lists what was found and where"});
  use.head_options = options_from(head->description, json.value("head_options", nlohmann::json::object()), folder);
  return use;
}

SavedUse guess(const std::filesystem::path& folder, const PluginRegistry& plugins) {
  const auto config = read_json(folder / "config.json", {.max_bytes = 1 << 20});
  const std::string type = config.is_object() ? config.value("model_type", "") : "";
  const auto architectures = config.value("architectures", std::vector<std::string>{});
  const std::string architecture = architectures.empty() ? "" : architectures.front();
  const auto* model = plugins.find_handler(Kind::model, type);
  if (model == nullptr) throw unusable(folder, "no plugin handles the model type '" + type + "' of its config.json");
  SavedUse use{.model_plugin = model->description.name, .head_plugin = {}, .head_options = {}};
  for (const auto& component : plugins.components())
    for (const auto& ending : component.description.handles)
      if (component.description.kind == Kind::head && architecture.ends_with(ending)) {
        use.head_plugin = component.description.name;
        use.head_options = options_from(component.description, nlohmann::json::object(), folder);
      }
  if (use.head_plugin.empty())
    throw unusable(folder, "no head handles the architecture '" + architecture + "' of its config.json",
                   {"`fthost predict` wants a model that was fine-tuned, such as the model/ of a run folder"});
  return use;
}

}  // namespace

void save_model(Files& files, const std::filesystem::path& folder, Network& network, const Pipeline& pipeline) {
  const auto beside = folder.parent_path() / (".tmp-" + folder.filename().string());
  files.make_folder(beside);
  SavedHead head{network.head().architecture(), network.head().parameters(), network.head().labels()};
  call_plugin(pipeline, pipeline.model, "saving", [&] { network.model().save(files, beside, head); });

  nlohmann::ordered_json use;
  use["model"] = pipeline.model.component.description.name;
  use["head"] = pipeline.head.component.description.name;
  use["max_length"] = pipeline.data.max_length;
  use["head_options"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : pipeline.head.options.values()) use["head_options"][name] = to_json(value);
  write_file(files, beside / kUseFile, use.dump(2) + "\n");

  files.sync_folder(beside);
  files.rename(beside, folder);
  files.sync_folder(folder.parent_path());
}

SavedUse read_saved_use(const std::filesystem::path& folder, const PluginRegistry& plugins) {
  if (!std::filesystem::is_directory(folder)) throw unusable(folder, "there is no such model folder");
  return std::filesystem::exists(folder / kUseFile) ? read_own(folder, plugins) : guess(folder, plugins);
}

}  // namespace fthost
