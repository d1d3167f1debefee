#include "core/cache/folder.h"

#include <chrono>

#include "tests/catch.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// A file of `bytes` bytes that was used `minutes` ago.
void put(const fs::path& path, std::size_t bytes, int minutes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << std::string(bytes, 'x');
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
}

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& segment : list_segments(folder)) found.push_back(segment.path.filename().string());
  return found;
}

const auto kNothing = [](const fs::path&) { return false; };

}  // namespace

TEST_CASE("cache folder tells backups and git to pass it by", "[unit][cache]") {
  const TemporaryFolder folder;
  prepare_cache_folder(disk(), folder / "deep/er/cache");
  CHECK(folder.read("deep/er/cache/CACHEDIR.TAG").starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
  CHECK(folder.read("deep/er/cache/.gitignore") == "*\n");
  prepare_cache_folder(disk(), folder / "deep/er/cache");
}

TEST_CASE("segments are listed with the least recently used first", "[unit][cache]") {
  const TemporaryFolder folder;
  put(folder / "a/new.rows", 1, 1);
  put(folder / "b/old.rows", 1, 9);
  put(folder / "a/.half.rows.tmp-1-2", 1, 1);
  put(folder / "a/space.json", 1, 1);
  fs::create_symlink(folder / "a/new.rows", folder / "a/link.rows");
  CHECK(names(folder.path()) == std::vector<std::string>{"old.rows", "new.rows"});
  CHECK(names(folder / "none").empty());
  mark_used(folder / "b/old.rows");
  CHECK(names(folder.path()) == std::vector<std::string>{"new.rows", "old.rows"});
}

TEST_CASE("cache shrinks from the least recently used on, and spares what is in use", "[unit][cache]") {
  const TemporaryFolder folder;
  for (int i = 1; i <= 4; ++i) put(folder / ("s" + std::to_string(i)) / "x.rows", 100, 10 - i);
  put(folder / "s1/space.json", 10, 1);
  const auto in_use = [&](const fs::path& path) { return path == folder / "s2/x.rows"; };
  const auto removed = shrink_cache(folder.path(), 250, in_use);
  CHECK(removed.files == 2);
  CHECK(removed.bytes == 200);
  CHECK_FALSE(fs::exists(folder / "s1"));
  CHECK(fs::exists(folder / "s2/x.rows"));
  CHECK_FALSE(fs::exists(folder / "s3"));
  CHECK(fs::exists(folder / "s4/x.rows"));
  CHECK(shrink_cache(folder.path(), 250, kNothing).files == 0);
  CHECK(shrink_cache(folder / "none", 0, kNothing).files == 0);
}

TEST_CASE("half-written files go when nobody touches them for an hour", "[unit][cache]") {
  const TemporaryFolder folder;
  put(folder / "a/.x.rows.tmp-1-2", 5, 61);
  put(folder / "a/.y.rows.tmp-1-2", 5, 1);
  put(folder / "a/x.rows", 5, 61);
  const auto removed = remove_leftovers(folder.path());
  CHECK(removed.files == 1);
  CHECK(removed.bytes == 5);
  CHECK_FALSE(fs::exists(folder / "a/.x.rows.tmp-1-2"));
  CHECK(fs::exists(folder / "a/.y.rows.tmp-1-2"));
  CHECK(fs::exists(folder / "a/x.rows"));
}

}  // namespace fthost
