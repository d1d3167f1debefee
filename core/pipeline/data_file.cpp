#include "core/pipeline/data_file.h"

#include <fthost/error.h>

#include <system_error>

namespace fthost {

void require_regular_file(const Pipeline& pipeline, std::string_view option, const std::filesystem::path& file) {
  std::error_code unknown;
  if (std::filesystem::exists(file, unknown) && !std::filesystem::is_regular_file(file, unknown))
    throw InputError(point_at(pipeline, "data", option, file.string() + " is no regular file"));
}

}  // namespace fthost
