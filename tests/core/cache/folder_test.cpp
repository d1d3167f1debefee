#include "core/cache/folder.h"

#include <algorithm>
#include <cerrno>
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
  for (const auto& segment : list_segments(folder)) found.push_back(segment.path.stem().string().substr(0, 1));
  return found;
}

/// A name as the cache gives it.
std::string named(char digit) {
  return std::string(32, digit);
}

const auto kNothing = [](const fs::path&) { return false; };

/// Five segments of 100 bytes, each in a space of its own, the first one used longest ago.
void put_spaces(const fs::path& folder) {
  for (int i = 1; i <= 5; ++i) {
    const auto space = folder / named(static_cast<char>('0' + i));
    put(space / (named('0') + ".rows"), 100, 10 - i);
    put(space / "space.json", 10, 1);
  }
}

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& segment : list_segments(folder)) bytes += segment.bytes;
  return bytes;
}

}  // namespace

TEST_CASE("cache folder tells backups and git to pass it by", "[unit][cache]") {
  const TemporaryFolder folder;
  prepare_cache_folder(disk(), folder / "deep/er/cache");
  CHECK(folder.read("deep/er/cache/CACHEDIR.TAG").starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
  CHECK(folder.read("deep/er/cache/.gitignore") == "*\n");
  prepare_cache_folder(disk(), folder / "deep/er/cache");
}

TEST_CASE("cache folder that holds other things stays visible", "[unit][cache]") {
  const TemporaryFolder folder;
  folder.write("mine", "x");
  prepare_cache_folder(disk(), folder.path());
  CHECK_FALSE(fs::exists(folder / ".gitignore"));
  prepare_cache_folder(disk(), folder / "deep/cache");
  CHECK(fs::exists(folder / "deep/cache/.gitignore"));
  CHECK_FALSE(fs::exists(folder / "deep/.gitignore"));
}

TEST_CASE("cache folder says that something else has its name, or that of a folder above it", "[unit][cache]") {
  const TemporaryFolder folder;
  folder.write("mine", "x");
  for (const auto* path : {"mine", "mine/cache"})
    CHECK_THROWS_WITH(prepare_cache_folder(disk(), folder / path),
                      "cannot make the folder " + (folder / "mine").string() + ": something else has that name");
}

TEST_CASE("segments are listed with the least recently used first", "[unit][cache]") {
  const TemporaryFolder folder;
  const auto a = folder / named('a'), b = folder / named('b');
  put(a / (named('1') + ".rows"), 1, 1);
  put(b / (named('2') + ".rows"), 1, 9);
  put(a / ("." + named('3') + ".rows.tmp-1-2"), 1, 1);
  put(a / "space.json", 1, 1);
  fs::create_symlink(a / (named('1') + ".rows"), a / (named('4') + ".rows"));
  // What somebody else has named so is nobody's business.
  put(folder / "table.rows", 1, 1);
  put(folder / "deep" / (named('5') + ".rows"), 1, 1);
  put(a / "x.rows", 1, 1);
  CHECK(names(folder.path()) == std::vector<std::string>{"2", "1"});
  CHECK(names(b) == std::vector<std::string>{"2"});
  CHECK(names(folder / "none").empty());
  mark_used(b / (named('2') + ".rows"));
  CHECK(names(folder.path()) == std::vector<std::string>{"1", "2"});
}

TEST_CASE("cache shrinks from the least recently used on, and spares what is in use", "[unit][cache]") {
  const TemporaryFolder folder;
  const auto space = [&](char digit) { return folder / named(digit); };
  const auto segment = [&](char digit) { return space(digit) / (named('0') + ".rows"); };
  for (int i = 1; i <= 4; ++i) put(segment(static_cast<char>('0' + i)), 100, 10 - i);
  put(space('1') / "space.json", 10, 1);
  put(folder / "mine.rows", 1000, 90);
  const auto in_use = [&](const fs::path& path) { return path == segment('2'); };
  const auto removed = shrink_cache(disk(), folder.path(), 250, in_use);
  CHECK(removed.files == 2);
  CHECK(removed.bytes == 200);
  CHECK_FALSE(fs::exists(space('1')));
  CHECK(fs::exists(segment('2')));
  CHECK_FALSE(fs::exists(space('3')));
  CHECK(fs::exists(segment('4')));
  CHECK(fs::exists(folder / "mine.rows"));
  CHECK(shrink_cache(disk(), folder.path(), 250, kNothing).files == 0);
  CHECK(shrink_cache(disk(), folder / "none", 0, kNothing).files == 0);
}

TEST_CASE("cache shrinks by other files where the disk keeps one", "[unit][cache]") {
  std::size_t failed = 0;
  for (std::size_t call = 1;; ++call) {
    CAPTURE(call);
    const TemporaryFolder folder;
    put_spaces(folder.path());
    FailingFiles files(call, FailingFiles::How::once, EACCES);
    const auto removed = shrink_cache(files, folder.path(), 250, kNothing);
    CHECK(removed.files == 3);
    CHECK(removed.bytes_left == 200);
    CHECK(bytes_in(folder.path()) == 200);
    if (files.calls().size() < call) {
      CHECK(names(folder.path()).size() == 2);
      CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
      break;
    }
    CHECK(files.calls()[call - 1] == "remove");
    // The space of a segment that stayed stays whole.
    for (const auto& segment : list_segments(folder.path()))
      CHECK(fs::exists(segment.path.parent_path() / "space.json"));
    ++failed;
  }
  CHECK(failed == 9);  // three segments, and what is left of their spaces
}

TEST_CASE("cache says what it holds where the disk keeps everything", "[unit][cache]") {
  for (std::size_t call = 1; call <= 9; ++call) {
    CAPTURE(call);
    const TemporaryFolder folder;
    put_spaces(folder.path());
    put(folder / named('6') / ("." + named('1') + ".rows.tmp-1-2"), 5, 61);
    FailingFiles files(call, FailingFiles::How::from_then_on, EROFS);
    const auto removed = shrink_cache(files, folder.path(), 250, kNothing);
    CHECK(removed.bytes_left == bytes_in(folder.path()));
    CHECK(removed.bytes == removed.files * 100);
    CHECK(removed.files == std::min<std::size_t>(call - 1, 3));
    CHECK(removed.kept == (call > 3 ? 0 : 6 - call));
    CHECK(removed.why_kept.empty() == (call > 3));
    CHECK(remove_leftovers(files, folder.path()).files == 0);
    CHECK(fs::exists(folder / named('6')));
  }
}

TEST_CASE("half-written files go when nobody touches them for an hour", "[unit][cache]") {
  const TemporaryFolder folder;
  const auto a = folder / named('a');
  put(a / ("." + named('1') + ".rows.tmp-1-2"), 5, 61);
  put(a / ("." + named('2') + ".rows.tmp-1-2"), 5, 1);
  put(a / (named('1') + ".rows"), 5, 61);
  put(folder / ".mine.tmp-1", 5, 61);
  const auto removed = remove_leftovers(disk(), folder.path());
  CHECK(removed.files == 1);
  CHECK(removed.bytes == 5);
  CHECK(fs::exists(a / ("." + named('2') + ".rows.tmp-1-2")));
  CHECK(fs::exists(a / (named('1') + ".rows")));
  CHECK(fs::exists(folder / ".mine.tmp-1"));
}

TEST_CASE("half-written files go wherever the cache writes", "[unit][cache]") {
  const TemporaryFolder folder;
  const auto cache = folder / "cache";
  prepare_cache_folder(disk(), cache);
  put(cache / ".fthost-speed.tmp-1", 5, 61);
  put(cache / "calibration" / ".1.json.tmp-1-2", 5, 61);
  put(cache / "calibration" / "1.json", 5, 61);
  put(cache / "mine" / ".1.json.tmp-1-2", 5, 61);
  CHECK(remove_leftovers(disk(), cache / "").files == 2);
  CHECK(remove_leftovers(disk(), cache).files == 0);
  CHECK(fs::exists(cache / "calibration" / "1.json"));
  CHECK(fs::exists(cache / "mine" / ".1.json.tmp-1-2"));
}

}  // namespace fthost
