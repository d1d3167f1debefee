#pragma once

/// What a run asks of the files under [data], apart from what stands in them.

#include <filesystem>
#include <string_view>

#include "core/pipeline/pipeline.h"

namespace fthost {

/// Throws InputError, pointing at the option of [data], when the file is there and is no regular file: a pipe could be
/// read once only, and what a run was trained on is read again for its record.
void require_regular_file(const Pipeline& pipeline, std::string_view option, const std::filesystem::path& file);

}  // namespace fthost
