#include "core/run/make_folder.h"

#include <cerrno>
#include <system_error>

namespace fthost {

void make_folder_with_parents(Files& files, const std::filesystem::path& folder) {
  std::error_code ignored;  // what is wrong with the folder, making it says better
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return;
  if (folder.parent_path() != folder) make_folder_with_parents(files, folder.parent_path());
  if (!files.make_folder(folder) && !std::filesystem::is_directory(folder, ignored))
    throw FileError("cannot make the folder " + folder.string(), EEXIST);
}

}  // namespace fthost
