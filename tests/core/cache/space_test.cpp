#include "core/cache/space.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "core/cache/folder.h"
#include "tests/captured_stderr.h"
#include "tests/catch.h"
#include "tests/core/cache/rows.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;
using Examples = std::vector<std::uint64_t>;

constexpr Hash128 kSpace{11, 22};

/// A space with its store.
struct Bench {
  explicit Bench(CacheLimits limits, Files& files = disk(), Hash128 key = kSpace)
      : store(files, std::move(limits)), space(store, key, kRowBytes, "{}\n") {}

  bool add(const Examples& examples) {
    return space.add(segment_name(entries_of(examples)), segment_of(space.key(), examples));
  }
  /// Is the example there, with the right bytes? One with wrong bytes fails the test.
  bool has(std::uint64_t n) {
    const auto found = space.find(example_key(n));
    if (found) CHECK(std::ranges::equal(*found, rows_of(n)));
    return found.has_value();
  }

  CacheStore store;
  CacheSpace space;
};

fs::path file_of(const fs::path& folder, const Examples& examples) {
  return folder / hex(kSpace) / segment_name(entries_of(examples));
}

void flip_a_bit(const fs::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(-20, std::ios::end);
  const char byte = static_cast<char>(stream.get() ^ 4);
  stream.seekp(-20, std::ios::end);
  stream.put(byte);
}

}  // namespace

TEST_CASE("space keeps rows in memory and writes nothing when it has no disk", "[unit][cache]") {
  const TemporaryFolder folder;
  Bench bench({.memory = 1 << 20, .disk = 0, .folder = folder / "cache"});
  CHECK_FALSE(bench.has(1));
  CHECK(bench.add({1, 2}));
  CHECK(bench.has(1));
  CHECK(bench.has(2));
  CHECK_FALSE(bench.has(3));
  CHECK_FALSE(fs::exists(folder / "cache"));
  CHECK(bench.store.memory_held() == segment_of(kSpace, {1, 2}).size());
}

TEST_CASE("space does not go beyond its budget of memory", "[unit][cache]") {
  const TemporaryFolder folder;
  const auto one = segment_of(kSpace, {1, 2}).size();
  Bench bench({.memory = one, .disk = 0, .folder = {}});
  CHECK(bench.add({1, 2}));
  CHECK_FALSE(bench.add({3}));
  CHECK(bench.has(2));
  CHECK_FALSE(bench.has(3));
}

TEST_CASE("space on the disk is found again by a later process", "[unit][cache]") {
  const TemporaryFolder folder;
  for (const std::uint64_t memory : {0, 1 << 20}) {
    const auto path = folder / ("cache" + std::to_string(memory));
    const CacheLimits limits{.memory = memory, .disk = 1 << 20, .folder = path};
    Bench first(limits);
    CHECK(first.add({1, 2}));
    CHECK(first.add({3}));
    CHECK(first.has(3));
    Bench later(limits);
    for (const std::uint64_t n : {1, 2, 3}) CHECK(later.has(n));
    CHECK_FALSE(later.has(4));
    CHECK((later.store.memory_held() > 0) == (memory > 0));
    // Other weights, another boundary: another key, and nothing is there.
    Bench other(limits, disk(), {11, 23});
    CHECK_FALSE(other.has(1));
  }
}

TEST_CASE("space removes a damaged file with a warning, and serves nothing of it", "[unit][cache]") {
  const TemporaryFolder folder;
  const CacheLimits limits{.memory = 0, .disk = 1 << 20, .folder = folder / "cache"};
  Bench(limits).add({1, 2});
  Bench(limits).add({3});
  const auto file = file_of(limits.folder, {1, 2});
  std::string said;
  const auto damage = [&](const auto& how) {
    Bench(limits).add({1, 2});
    how();
    const CapturedStderr captured;
    Bench bench(limits);
    CHECK_FALSE(bench.has(1));
    CHECK_FALSE(bench.has(2));
    CHECK(bench.has(3));
    CHECK(bench.add({1, 2}));
    CHECK(bench.has(1));
    said = captured.text();
  };
  const auto warning = [&](const std::string& why) {
    return "warning: the cache's file " + file.string() + " is damaged (" + why +
           "): removed, what it held is computed again\n";
  };
  damage([&] { flip_a_bit(file); });
  CHECK(said == warning("its checksum is wrong"));
  damage([&] { fs::resize_file(file, fs::file_size(file) - 1); });
  CHECK(said == warning("it is too short for the rows that it names"));
  damage([&] { fs::resize_file(file, 0); });
  CHECK(said == warning("it is empty"));
  damage([&] { std::ofstream(file) << std::string(300, 'x'); });
  CHECK(said == warning("it does not begin as a segment of the cache does"));
  damage([&] {
    const auto foreign = segment_of({1, 1}, {1, 2});
    std::ofstream(file).write(reinterpret_cast<const char*>(foreign.data()),
                              static_cast<std::streamsize>(foreign.size()));
  });
  CHECK(said == warning("it belongs to another model or boundary"));
}

TEST_CASE("space says so when a damaged file cannot be removed, and serves nothing of it", "[unit][cache]") {
  const TemporaryFolder folder;
  const CacheLimits limits{.memory = 0, .disk = 1 << 20, .folder = folder / "cache"};
  Bench(limits).add({1, 2});
  const auto file = file_of(limits.folder, {1, 2});
  flip_a_bit(file);
  FailingFiles files(1, FailingFiles::How::from_then_on, EACCES);
  const CapturedStderr captured;
  Bench bench(limits, files);
  CHECK_FALSE(bench.has(1));
  CHECK_FALSE(bench.has(2));
  CHECK(files.calls() == std::vector<std::string>{"remove"});
  CHECK(fs::exists(file));
  CHECK(captured.text() == "warning: the cache's file " + file.string() +
                               " is damaged (its checksum is wrong): it stays there (Permission denied), what it held "
                               "is computed again\n");
}

TEST_CASE("space takes over what another process wrote meanwhile", "[unit][cache]") {
  const TemporaryFolder folder;
  const CacheLimits limits{.memory = 0, .disk = 1 << 20, .folder = folder / "cache"};
  Bench early(limits);
  const auto name = segment_name(entries_of({1, 2}));
  CHECK_FALSE(early.space.adopt(name));
  Bench(limits).add({1, 2});
  CHECK_FALSE(early.has(1));
  CHECK(early.space.adopt(name));
  CHECK(early.has(1));
}

TEST_CASE("eight processes that fill one space at once end with one valid file each", "[unit][cache]") {
  const TemporaryFolder folder;
  const CacheLimits limits{.memory = 0, .disk = 1 << 20, .folder = folder / "cache"};
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      bool good = true;
      for (int round = 0; round < 20; ++round) {
        Bench bench(limits);
        for (std::uint64_t n = 0; n < 10; ++n)
          if (!bench.space.find(example_key(n))) good = bench.add({n}) && good;
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(list_segments(limits.folder).size() == 10);
  Bench bench(limits);
  for (std::uint64_t n = 0; n < 10; ++n) CHECK(bench.has(n));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(limits.folder / hex(kSpace))) files += entry.is_regular_file();
  CHECK(files == 11);  // and space.json: nothing half-written stays
}

TEST_CASE("space makes room by what was used least recently, but not by what it uses itself", "[unit][cache]") {
  const TemporaryFolder folder;
  const auto one = segment_of(kSpace, {1}).size();
  const CacheLimits limits{.memory = 0, .disk = 2 * one, .folder = folder / "cache"};
  const Hash128 old_key{1, 1};
  Bench(limits, disk(), old_key).add({1});
  fs::last_write_time(list_segments(limits.folder).front().path,
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  Bench bench(limits);
  CHECK(bench.add({1}));
  CHECK(bench.add({6}));  // as long as 1
  CHECK_FALSE(Bench(limits, disk(), old_key).has(1));
  CHECK_FALSE(fs::exists(limits.folder / hex(old_key)));
  const CapturedStderr captured;
  CHECK_FALSE(bench.add({11}));
  CHECK_FALSE(bench.add({16}));
  CHECK(bench.has(1));
  CHECK(bench.has(6));
  CHECK(captured.text() ==
        "warning: the cache " + limits.folder.string() +
            " is full of what this run uses ([cache] disk = 0 MiB): the rest is not written to it\n");
}

TEST_CASE("a disk that refuses while room is made holds no more than it may", "[unit][cache]") {
  const auto one = segment_of(kSpace, {1}).size();
  std::size_t removals = 0;
  for (const auto how : {FailingFiles::How::once, FailingFiles::How::from_then_on}) {
    bool failed = true;
    for (std::size_t call = 1; failed; ++call) {
      REQUIRE(call < 100);
      const TemporaryFolder folder;
      const CacheLimits limits{.memory = one, .disk = one, .folder = folder / "cache"};
      Bench(limits, disk(), {1, 1}).add({1});
      FailingFiles files(call, how, EACCES);
      const CapturedStderr captured;
      Bench bench(limits, files);
      CHECK(bench.add({1}));  // memory has room for it
      CHECK(bench.has(1));
      failed = files.calls().size() >= call;
      if (failed && files.calls()[call - 1] == "remove") ++removals;
      const auto left = list_segments(limits.folder);
      CHECK(left.size() <= 1);
      if (!failed) CHECK(left.front().path == file_of(limits.folder, {1}));
    }
  }
  CHECK(removals == 6);  // a segment, and what is left of its space, both ways
}

TEST_CASE("a disk that refuses ends writing, not the run", "[unit][cache]") {
  // Every call fails once and from then on, until there are no more calls.
  for (const auto how : {FailingFiles::How::once, FailingFiles::How::from_then_on}) {
    bool failed = true;
    for (std::size_t call = 1; failed; ++call) {
      REQUIRE(call < 100);
      const TemporaryFolder folder;
      FailingFiles files(call, how, ENOSPC);
      const CapturedStderr captured;
      const auto memory = segment_of(kSpace, {1}).size();
      Bench bench({.memory = memory, .disk = 1 << 20, .folder = folder / "cache"}, files);
      CHECK(bench.add({1}));  // memory has room for it
      const bool second = bench.add({6});
      failed = files.calls().size() >= call;
      CHECK(second == !failed);
      CHECK(bench.has(1));
      CHECK(bench.has(6) == second);
      const auto said = captured.text();
      INFO(said);
      CHECK(said.starts_with("warning: the cache takes no more files in this run: cannot ") == failed);
      CHECK(std::ranges::count(said, '\n') == (failed ? 1 : 0));
      // What a later run finds is whole or not there.
      Bench later({.memory = 0, .disk = 1 << 20, .folder = folder / "cache"});
      later.has(1);
      later.has(6);
    }
  }
}

}  // namespace fthost
