#pragma once

/// From what the user asked for to a pipeline.

#include <filesystem>

#include "core/pipeline/pipeline.h"
#include "core/pipeline/request.h"

namespace fthost {

/// Checks every table against what is declared. Throws InputError with `problems` and all that is wrong besides.
Pipeline check_request(const std::filesystem::path& file, const Request& request, PluginRegistry& registry,
                       Problems& problems);

}  // namespace fthost
