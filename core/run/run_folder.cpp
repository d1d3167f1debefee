#include "core/run/run_folder.h"

#include <fthost/error.h>

#include "core/formats/run_name.h"
#include "core/run/make_folder.h"
#include "core/run/run_lock.h"

namespace fthost {
namespace {

void require_run_name(std::string_view name) {
  if (is_run_name(name)) return;
  throw InputError("", "'" + std::string(name) + "' cannot be the name of a run",
                   {"it must be " + std::string(kRunNameRule)});
}

}  // namespace

RunFolder make_run_folder(Files& files, const std::filesystem::path& output, std::string_view name) {
  require_run_name(name);
  make_folder_with_parents(files, output);
  for (int number = 1;; ++number) {
    RunFolder folder;
    folder.name = number == 1 ? std::string(name) : std::string(name) + "-" + std::to_string(number);
    folder.path = output / folder.name;
    if (files.make_folder(folder.path)) return folder;
  }
}

RunFolder make_run_folder_named(Files& files, const std::filesystem::path& output, std::string_view name) {
  require_run_name(name);
  make_folder_with_parents(files, output);
  RunFolder folder{std::string(name), output / name};
  if (!files.make_folder(folder.path))
    throw InputError(folder.path, "this run is there already",
                     {is_running(folder.path) ? "another process is at work in it: wait for its end"
                                              : "move it away to run it again"});
  return folder;
}

}  // namespace fthost
