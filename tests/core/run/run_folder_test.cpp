#include "core/run/run_folder.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost {

TEST_CASE("run folder gets the next free name", "[unit][run]") {
  const TemporaryFolder folder;
  const auto output = folder / "deep/runs";
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) names.push_back(make_run_folder(disk(), output, "wnut").name);
  CHECK(names == std::vector<std::string>{"wnut", "wnut-2", "wnut-3"});
  const auto other = make_run_folder(disk(), output, "wnut-2");
  CHECK(other.name == "wnut-2-2");
  CHECK(other.path == output / "wnut-2-2");
  CHECK(std::filesystem::is_directory(other.path));
}

TEST_CASE("run folder takes files and dangling links for names in use", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("x", "a file");
  std::filesystem::create_symlink("nowhere", folder / "x-2");
  CHECK(make_run_folder(disk(), folder.path(), "x").name == "x-3");
}

TEST_CASE("run folder is never shared", "[unit][run]") {
  const TemporaryFolder folder;
  std::vector<std::vector<std::string>> names(8);
  std::vector<std::thread> threads;
  for (auto& mine : names)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) mine.push_back(make_run_folder(disk(), folder / "runs", "x").name);
    });
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& mine : names) all.insert(mine.begin(), mine.end());
  CHECK(all.size() == 160);
}

TEST_CASE("run folder refuses names that lead elsewhere", "[unit][run]") {
  const TemporaryFolder folder;
  for (const std::string& name : {std::string(), std::string(".."), std::string("/abs"), std::string("a\0b", 3)}) {
    CAPTURE(name);
    CHECK_THROWS_AS(make_run_folder(disk(), folder / "runs", name), InputError);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "runs"));
  try {
    make_run_folder(disk(), folder / "runs", "../x");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()) ==
          "error: '../x' cannot be the name of a run\n"
          "  it must be 1 to 100 letters, digits, '.', '_' and '-', not dots alone, and without '-' in front\n");
  }
}

TEST_CASE("run folder says that output is something else", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("runs", "a file");
  const auto runs = (folder / "runs").string();
  CHECK_THROWS_WITH(make_run_folder(disk(), folder / "runs", "x"),
                    "cannot make the folder " + runs + ": something else has that name");
}

}  // namespace fthost
