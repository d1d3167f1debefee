#pragma once

/// JSON from outside (config.json, tokenizer.json, the header of safetensors), read with a guard: size and depth are
/// limited, duplicate keys are refused, and errors point at their line. Needs no LibTorch.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <fthost/version.h>

namespace fthost {

/// What a JSON text may cost. The defaults suit the files of a model folder.
struct JsonLimits {
  std::size_t max_bytes = std::size_t{64} << 20;  ///< Of the text; parsing takes up to about 20 times as much memory.
  std::size_t max_depth = 8;                      ///< Arrays and objects inside each other; a lone number has depth 0.
};

/// Parses the text. `file` names it in messages. Throws InputError, with line and column, when the text is too large or
/// too deep, isn't UTF-8 or isn't JSON, or when an object has a key twice (two readers could then see two things).
/// Safe to call from several threads.
FTHOST_API nlohmann::json parse_json(std::string_view text, const std::string& file, JsonLimits limits = {});

/// The same for a file. Its size is checked before it is read.
FTHOST_API nlohmann::json read_json(const std::filesystem::path& path, JsonLimits limits = {});

}  // namespace fthost
