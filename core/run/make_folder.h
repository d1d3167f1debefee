#pragma once

/// Folders that something is going to be written into.

#include <filesystem>

#include <fthost/files.h>

namespace fthost {

/// The folder, and those above it that are not there. Throws FileError, also when something else has the name.
void make_folder_with_parents(Files& files, const std::filesystem::path& folder);

}  // namespace fthost
