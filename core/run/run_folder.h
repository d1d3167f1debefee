#pragma once

/// The folder that a run writes into.

#include <filesystem>
#include <string>
#include <string_view>

#include <fthost/files.h>

namespace fthost {

struct RunFolder {
  std::string name;            ///< The name that was asked for, with "-2", "-3" … when it was in use.
  std::filesystem::path path;  ///< `output` / name.
};

/// Makes a new, empty folder for a run below `output`, which is made with its parents when it is not there. Each name
/// is tried by making it, so that two processes never get the same one; whatever has the name already, a symbolic link
/// that leads nowhere included, counts as in use. Throws InputError for a name that is_run_name refuses, FileError when
/// the folder cannot be made.
RunFolder make_run_folder(Files& files, const std::filesystem::path& output, std::string_view name);

/// The same with that name or none. Throws InputError when it is in use.
RunFolder make_run_folder_named(Files& files, const std::filesystem::path& output, std::string_view name);

}  // namespace fthost
