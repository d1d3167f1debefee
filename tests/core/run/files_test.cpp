#include <fthost/files.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>

#include "tests/catch.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

/// The text of the FileError that `call` throws.
template <class Call>
std::string failure(const Call& call) {
  try {
    call();
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing failed";
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// No file of this process may grow beyond `bytes` while one lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("files replace, append, rename and remove", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("a", "old and long");
  const auto a = disk().create(folder / "a");
  a->write("new");
  a->sync();
  a->close();
  CHECK(folder.read("a") == "new");
  for (const auto* text : {"er", "er"}) disk().append(folder / "a")->write(text);
  CHECK(folder.read("a") == "newerer");
  folder.write("b", "other");
  disk().rename(folder / "a", folder / "b");
  CHECK(folder.read("b") == "newerer");
  CHECK(entries(folder.path()) == 1);
  disk().sync_folder(folder.path());
  disk().remove(folder / "b");
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("files make a folder once", "[unit][run]") {
  const TemporaryFolder folder;
  CHECK(disk().make_folder(folder / "x"));
  CHECK_FALSE(disk().make_folder(folder / "x"));
}

TEST_CASE("files write through no symbolic link", "[unit][run]") {
  const TemporaryFolder folder;
  folder.write("target", "precious");
  std::filesystem::create_symlink(folder / "target", folder / "link");
  const auto expected =
      "cannot open " + (folder / "link").string() + ": it is a symbolic link, and fthost writes through none";
  CHECK(failure([&] { disk().create(folder / "link"); }) == expected);
  CHECK(failure([&] { disk().append(folder / "link"); }) == expected);
  CHECK(folder.read("target") == "precious");
}

TEST_CASE("files are not handed to other programs", "[unit][run]") {
  const TemporaryFolder folder;
  const auto file = disk().create(folder / "a");
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) != folder / "a") continue;
    ++found;
    CHECK((::fcntl(std::stoi(entry.path().filename().string()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(found == 1);
}

TEST_CASE("files say what failed, why, and what to do about a full disk", "[unit][run]") {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  CHECK(failure([] { disk().append("/dev/full")->write("x"); }) ==
        "cannot write /dev/full: No space left on device; make room there, or use a folder on another disk");
  CHECK(failure([&] { disk().create(folder / "no/a"); }) ==
        "cannot open " + path("no/a") + ": No such file or directory");
  CHECK(failure([&] { disk().rename(folder / "a", folder / "b"); }) ==
        "cannot rename " + path("a") + " to " + path("b") + ": No such file or directory");
  CHECK(failure([&] { disk().remove(folder / "a"); }) == "cannot remove " + path("a") + ": No such file or directory");
  CHECK(failure([&] { disk().make_folder(folder / "no/a"); }) ==
        "cannot make the folder " + path("no/a") + ": No such file or directory");
  CHECK(failure([&] { disk().sync_folder(folder / "no"); }) ==
        "cannot open the folder " + path("no") + ": No such file or directory");
}

TEST_CASE("files write on after a part was written", "[unit][run]") {
  const TemporaryFolder folder;
  const auto file = disk().create(folder / "a");
  std::string message;
  {
    // The system writes the part that the limit allows and says so; only then is there an error to report.
    const FileSizeLimit limit(1000);
    message = failure([&] { file->write(std::string(1500, 'x')); });
  }
  CHECK(message == "cannot write " + (folder / "a").string() + ": File too large");
  CHECK(folder.read("a") == std::string(1000, 'x'));
}

TEST_CASE("write_file syncs before it renames", "[unit][run]") {
  const TemporaryFolder folder;
  FailingFiles files(0, FailingFiles::How::once);
  write_file(files, folder / "a", "text");
  CHECK(folder.read("a") == "text");
  CHECK(files.calls() == std::vector<std::string>{"create", "write", "sync", "close", "rename", "sync_folder"});
}

TEST_CASE("write_file leaves the old file or the new one, whichever call fails", "[unit][run]") {
  const auto how = GENERATE(FailingFiles::How::once, FailingFiles::How::from_then_on);
  const std::string old = GENERATE("", "the old text");
  std::size_t failed = 0;
  for (std::size_t call = 1;; ++call) {
    CAPTURE(call, old);
    const TemporaryFolder folder;
    if (!old.empty()) folder.write("a", old);
    FailingFiles files(call, how, ENOSPC);
    const auto message = failure([&] { write_file(files, folder / "a", "the new text"); });
    const auto text = folder.read("a");
    if (message == "nothing failed") {
      CHECK(text == "the new text");
      break;
    }
    ++failed;
    // Only once the name is the new file's can a failure leave the new text.
    CHECK(text == (call <= 5 ? old : "the new text"));
    // On a disk that refuses everything the temporary file cannot be removed either.
    if (how == FailingFiles::How::once) CHECK(entries(folder.path()) == (text.empty() ? 0 : 1));
  }
  CHECK(failed == 6);
}

}  // namespace fthost
