#include "core/run/make_folder.h"

#include <cerrno>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("a folder is made with those above it, and none that is there", "[unit][run]") {
  const TemporaryFolder folder;
  FailingFiles files(0, FailingFiles::How::once);
  make_folder_with_parents(files, folder / "a/b/c");
  CHECK(std::filesystem::is_directory(folder / "a/b/c"));
  CHECK(files.calls() == Calls{"make_folder", "make_folder", "make_folder"});
  make_folder_with_parents(files, folder / "a/b/d/");
  CHECK(std::filesystem::is_directory(folder / "a/b/d"));
  make_folder_with_parents(files, folder / "a/b/d");
  CHECK(files.calls().size() == 5);
}

TEST_CASE("a folder is made below one that a link names", "[unit][run]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "there");
  std::filesystem::create_directory_symlink("there", folder / "link");
  make_folder_with_parents(disk(), folder / "link/a");
  CHECK(std::filesystem::is_directory(folder / "there/a"));
}

TEST_CASE("a folder whose name something else has is an error of the disk", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("taken", "a file");
  for (const auto* path : {"taken", "taken/below"}) {
    try {
      make_folder_with_parents(disk(), folder / path);
      FAIL("no error");
    } catch (const FileError& error) {
      CHECK(error.code() == EEXIST);
      CHECK(std::string(error.what()) ==
            "cannot make the folder " + (folder / "taken").string() + ": something else has that name");
    }
  }
}

}  // namespace fthost
