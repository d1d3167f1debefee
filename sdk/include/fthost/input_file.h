#pragma once

/// Opening a user's file. A service of the host for readers.

#include <filesystem>
#include <fstream>

#include <fthost/version.h>

namespace fthost {

/// The file, open for reading its bytes. Throws InputError naming it when there is none, when it is a folder, or when
/// it cannot be opened.
FTHOST_API std::ifstream open_input_file(const std::filesystem::path& file);

}  // namespace fthost
