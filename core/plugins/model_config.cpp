#include "core/plugins/model_config.h"

#include <fthost/json.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/formats/json_object.h"

namespace fthost {
namespace {

std::string first_architecture(const JsonObject& config) {
  const auto* list = config.find("architectures");
  if (list == nullptr) return "";
  if (!list->is_array()) config.wrong("architectures", "a list of strings");
  for (const auto& name : *list)
    if (!name.is_string()) config.wrong("architectures", "a list of strings");
  return list->empty() ? "" : list->front().get<std::string>();
}

/// A size that is missing or odd is left to the model plugin to complain about.
std::optional<std::int64_t> size_in(const JsonObject& config, const std::string& key) {
  const auto* value = config.find(key);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  const auto size = value->get<std::uint64_t>();
  if (size == 0 || size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(size);
}

}  // namespace

ModelConfig read_model_config(const std::filesystem::path& folder) {
  const auto file = folder / "config.json";
  const auto json = read_json(file, {.max_bytes = std::size_t{1} << 20});
  const JsonObject config(json, file.string(), "");
  return {.file = file.string(),
          .model_type = config.text("model_type"),
          .architecture = first_architecture(config),
          .layers = size_in(config, "num_hidden_layers"),
          .max_tokens = size_in(config, "max_position_embeddings")};
}

bool belongs_to_model(const std::filesystem::path& file) {
  const auto kind = file.extension();
  return kind == ".safetensors" || kind == ".json" || kind == ".txt";
}

}  // namespace fthost
