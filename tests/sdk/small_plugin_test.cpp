/// A strategy of 30 lines, compiled as its author would: little to parse, no LibTorch, and a library that loads.

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/plugins/permissions.h"
#include "tests/apps/program.h"
#include "tests/catch.h"
#include "tests/scripts/shell.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

const std::string kSource = FTHOST_SOURCE_DIR "/tests/sdk/small_plugin.cpp",
                  kCompile = FTHOST_CXX " -std=c++20 -O2 -I" FTHOST_SOURCE_DIR "/sdk/include ";

/// The usual mask of a newcomer's shell, for as long as it lives.
class GroupMayWrite {
 public:
  GroupMayWrite() : before_(::umask(0002)) {}
  GroupMayWrite(const GroupMayWrite&) = delete;
  GroupMayWrite& operator=(const GroupMayWrite&) = delete;
  ~GroupMayWrite() { ::umask(before_); }

 private:
  mode_t before_;
};

}  // namespace

TEST_CASE("a small strategy includes no LibTorch and makes the compiler read little", "[unit][sdk]") {
  const auto headers = run_shell(kCompile + "-M " + kSource);
  REQUIRE(headers.status == 0);
  for (const auto* foreign : {"torch", "ATen", "c10", "boost", "nlohmann", "spdlog", "regex"}) {
    INFO(foreign);
    CHECK(headers.text.find(std::string("/") + foreign) == std::string::npos);
  }
  // What takes the time: 1.73 MB are .64 s of processor time with g++ 12 on an AMD EPYC. Seconds themselves
  // would fail on a machine that is busy.
  const auto preprocessed = run_shell(kCompile + "-E -P " + kSource);
  REQUIRE(preprocessed.status == 0);
  INFO(preprocessed.text.size());
  CHECK(preprocessed.text.size() < 2000000);
  const auto lines = run_shell("grep -c . " + kSource);
  CHECK(std::stoi(lines.text) <= 30);
}

TEST_CASE("what a newcomer builds in a folder below /tmp loads and keeps to everything", "[unit][sdk]") {
  if (!is_private_group(::getegid(), ::geteuid())) {
    WARN("skipped: there is no group that is this user's alone");
    return;
  }
  const GroupMayWrite mask;
  const TemporaryFolder root;
  const auto folder = root / "my-plugins";
  std::filesystem::create_directory(folder);
  const auto library = (folder / "biases.so").string();
  const auto built = run_shell(kCompile + "-fPIC -shared -fvisibility=hidden -o " + library + " " + kSource +
                               " -L" FTHOST_BUILD_DIR "/lib -lfthost -Wl,-rpath," FTHOST_BUILD_DIR "/lib");
  INFO(built.text);
  REQUIRE(built.status == 0);
  CHECK((std::filesystem::status(library).permissions() & std::filesystem::perms::group_write) !=
        std::filesystem::perms::none);
  CHECK((std::filesystem::status(folder).permissions() & std::filesystem::perms::group_write) !=
        std::filesystem::perms::none);
  const auto checked = run_program({"check", library});
  INFO(checked.err);
  CHECK(checked.status == 0);
  const auto options = run_program({"options", "freezing/biases"}, ".", "", {{"FTHOST_PLUGIN_PATH", folder.string()}});
  CHECK(options.out.find("layers: integer, 0 or more, default 3; layers, counted from the top") != std::string::npos);
}

}  // namespace fthost
