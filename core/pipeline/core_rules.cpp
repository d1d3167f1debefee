#include "core/pipeline/core_rules.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/formats/run_name.h"
#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"

namespace fthost {
namespace {

std::string help_of(std::string_view table, std::string_view name) {
  for (const auto& option : find_core_table(table)->options)
    if (option.name == name) return help_line(option);
  return "";
}

const std::string* text_value(const OptionValues& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : std::get_if<std::string>(&found->second);
}

void check_device(const GivenTable& run, const OptionValues& values, Problems& problems) {
  const auto* given = run.find("device");
  const auto* device = text_value(values, "device");
  if (given == nullptr || device == nullptr || is_device(*device)) return;
  auto message =
      given->at_value("'device' must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\", found " + in_quotes(*device));
  message.hint = suggestion(*device, {"auto", "cpu", "cuda"});
  problems.add(std::move(message));
}

}  // namespace

bool is_device(std::string_view device) {
  if (device == "auto" || device == "cpu" || device == "cuda") return true;
  if (!device.starts_with("cuda:")) return false;
  const auto number = device.substr(5);
  return !number.empty() && number.size() <= 3 &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         (number.size() == 1 || number.front() != '0');
}

void check_run_name(const GivenTable& run, const std::filesystem::path& file, OptionValues& values,
                    Problems& problems) {
  const auto* given = run.find("name");
  if (given != nullptr) {
    const auto* name = text_value(values, "name");
    if (name == nullptr || is_run_name(*name)) return;
    auto message = given->at_value("'name' must be " + std::string(kRunNameRule) + ", found " + in_quotes(*name));
    message.notes.push_back(help_of("run", "name"));
    problems.add(std::move(message));
    return;
  }
  const auto stem = (file.extension() == ".toml" ? file.stem() : file.filename()).string();
  values["name"] = stem;
  if (is_run_name(stem)) return;
  Message message;
  message.place.file = file.string();
  message.text = "the run is named after the file, but a name must be " + std::string(kRunNameRule);
  message.notes.push_back("give it another one: [run] name = \"...\"");
  problems.add(std::move(message));
}

void check_run(const GivenTable& run, const std::filesystem::path& file, OptionValues& values, Problems& problems) {
  check_run_name(run, file, values, problems);
  check_device(run, values, problems);
}

void check_data(const GivenTable& data, Problems& problems) {
  if (data.source == nullptr) return;
  const auto* dev = data.find("dev");
  const auto* split = data.find("split");
  if ((dev == nullptr) != (split == nullptr)) return;
  auto message = dev == nullptr ? data.at_header("[data] needs 'dev' or 'split'")
                                : split->at_key("[data] has both 'dev' and 'split', and they exclude each other");
  message.notes = {help_of("data", "dev"), help_of("data", "split")};
  problems.add(std::move(message));
}

void check_train(const GivenTable& train, OptionValues& values, Problems& problems) {
  constexpr std::int64_t kUsualBatch = 32;
  const auto* tokens = train.find("batch_tokens");
  if (tokens == nullptr) {
    values.try_emplace("batch_size", kUsualBatch);
  } else if (train.find("batch_size") != nullptr) {
    auto message = tokens->at_key("[train] has both 'batch_size' and 'batch_tokens', and they exclude each other");
    message.notes = {help_of("train", "batch_size"), help_of("train", "batch_tokens")};
    problems.add(std::move(message));
  }
}

std::vector<std::filesystem::path> check_plugin_paths(const GivenTable& plugins, OptionValues& values,
                                                      Problems& problems) {
  std::vector<std::filesystem::path> paths;
  const auto value = values.find("paths");
  if (value == values.end()) return paths;
  const auto& given = *plugins.find("paths");
  const auto& items = given.value.as<TomlArray>()->items;
  auto& texts = std::get<std::vector<std::string>>(value->second);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::error_code error;
    const auto path = absolute_path(given.source->folder, texts[i]);
    if (!std::filesystem::exists(path, error))
      problems.add(given.source->message(items[i].span, "there is no file or folder " + path.string()));
    texts[i] = path.string();
    paths.push_back(path);
  }
  return paths;
}

}  // namespace fthost
