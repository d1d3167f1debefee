#pragma once

/// What the host itself reads in the config.json of a Hugging Face model folder: which plugins handle it, and how large
/// the model is. The rest is the model plugin's.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace fthost {

struct ModelConfig {
  std::string file;                        ///< For messages.
  std::string model_type;                  ///< "bert".
  std::string architecture;                ///< The first of `architectures`; empty when there is none.
  std::optional<std::int64_t> layers;      ///< `num_hidden_layers`, where it is a whole number from 1.
  std::optional<std::int64_t> max_tokens;  ///< `max_position_embeddings`, where it is a whole number from 1.
};

/// Reads `folder`/config.json. Throws InputError when it is missing, no JSON object, names no model type, or when its
/// architectures are no list of texts.
ModelConfig read_model_config(const std::filesystem::path& folder);

/// Is a file in a model's folder a part of the model? Notes, pictures and weights in other formats beside it are none.
bool belongs_to_model(const std::filesystem::path& file);

}  // namespace fthost
