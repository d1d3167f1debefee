#pragma once

/// The folder of a trained model: what the model plugin writes, and beside it fthost.json, which says by which plugins
/// and with which options it was made, so that `fthost predict` treats text as training did.

#include <fthost/files.h>
#include <fthost/head.h>
#include <fthost/options.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/engine/network.h"
#include "core/pipeline/pipeline.h"

namespace fthost {

/// How a saved model is to be used.
struct SavedUse {
  std::string model_plugin;
  std::string head_plugin;
  Options model_options;                   ///< Complete; `path` is the folder.
  Options head_options;                    ///< Complete.
  std::optional<std::int64_t> max_length;  ///< As fthost.json says, from 1; none in a folder of another origin.
};

/// Writes `folder` (which must not exist) beside, and renames it when it is whole. Throws FileError, and leaves nothing
/// then.
void save_model(Files& files, const std::filesystem::path& folder, Network& network, const Pipeline& pipeline);

/// Reads fthost.json; a folder of another origin has none, and the plugins that handle its config.json's model_type and
/// architecture are taken, with their default options. Throws InputError when neither helps, or when two heads do.
SavedUse read_saved_use(const std::filesystem::path& folder, const PluginRegistry& plugins);

}  // namespace fthost
