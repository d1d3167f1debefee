#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/plugins/registry.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"
#include "tests/temporary_folder.h"

using namespace fthost;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kStart("\1\0\0\0\1\0\0\0\x0f\0\0\0libstdc++/cxx11", 27);
constexpr std::string_view kStartSdk9("\1\0\0\0\x09\0\0\0\x0f\0\0\0libstdc++/cxx11", 27);
constexpr std::string_view kStartLayout2("\2\0\0\0\1\0\0\0\x0f\0\0\0libstdc++/cxx11", 27);

const Fingerprint kHost{1, "libstdc++/cxx11", "2.11.0", "13.0"};

/// A folder for one library. Whatever becomes of it, the library's code must not run: it would leave a marker.
class Trial {
 public:
  Trial() {
    fs::create_directory(folder());
    ::setenv("FTHOST_TEST_MARKER", (root_ / "marker").c_str(), 1);
  }
  ~Trial() { ::unsetenv("FTHOST_TEST_MARKER"); }

  fs::path folder() const { return fs::canonical(root_.path()) / "plugins"; }
  fs::path file() const { return folder() / "x.so"; }
  fs::path outside() const { return fs::canonical(root_.path()) / "y.so"; }

  void write(const std::string& bytes) const { root_.write("plugins/x.so", bytes); }

  /// Why the one library was refused; empty when it was taken.
  std::string reason(const Fingerprint& host = kHost) const {
    PluginRegistry registry(host);
    registry.scan(folder());
    CHECK_FALSE(fs::exists(root_ / "marker"));
    CHECK(registry.refused().size() + registry.components().size() > 0);
    CHECK((registry.refused().empty() || registry.components().empty()));
    if (registry.refused().empty()) return "";
    CHECK(registry.refused()[0].library == file());
    return registry.refused()[0].reason;
  }

 private:
  TemporaryFolder root_;
};

std::string reason_of(const std::string& bytes, const Fingerprint& host = kHost) {
  const Trial trial;
  trial.write(bytes);
  return trial.reason(host);
}

const std::string& good() {
  static const auto bytes = bytes_of(fixture("good.so"));
  return bytes;
}

}  // namespace

TEST_CASE("refused library was built for something else", "[unit][plugins]") {
  CHECK(reason_of(patched(good(), kStart, kStartSdk9)) ==
        "built for another SDK\n"
        "            plugin           host\n"
        "  sdk       9                1                <- differs\n"
        "  c++       libstdc++/cxx11  libstdc++/cxx11\n"
        "  libtorch  none             2.11.0\n"
        "  cuda      none             13.0\n"
        "  Rebuild it against this fthost: CMAKE_PREFIX_PATH is to point at its installation.");
  CHECK(reason_of(patched(good(), "libstdc++/cxx11", "libstdc++/cxx99")) ==
        "built for another C++ library\n"
        "            plugin           host\n"
        "  sdk       1                1\n"
        "  c++       libstdc++/cxx99  libstdc++/cxx11  <- differs\n"
        "  libtorch  none             2.11.0\n"
        "  cuda      none             13.0\n"
        "  Rebuild it with the C++ library that fthost was built with, and without another _GLIBCXX_USE_CXX11_ABI.");
  CHECK(reason_of(bytes_of(fixture("other_libtorch.so"))) ==
        "built for another LibTorch\n"
        "            plugin           host\n"
        "  sdk       1                1\n"
        "  c++       libstdc++/cxx11  libstdc++/cxx11\n"
        "  libtorch  2.9.1            2.11.0           <- differs\n"
        "  cuda      12.8             13.0             <- differs\n"
        "  Rebuild it with CMAKE_PREFIX_PATH pointing at the LibTorch that fthost uses.");
  CHECK(reason_of(bytes_of(fixture("other_libtorch.so")), {1, "libstdc++/cxx11", "2.9.1", ""}) ==
        "built for another CUDA\n"
        "            plugin           host\n"
        "  sdk       1                1\n"
        "  c++       libstdc++/cxx11  libstdc++/cxx11\n"
        "  libtorch  2.9.1            2.9.1\n"
        "  cuda      12.8             none             <- differs\n"
        "  This fthost was built without CUDA: rebuild the plugin without it, or build fthost with FTHOST_CUDA=ON.");
  CHECK(reason_of(patched(good(), kStart, kStartLayout2)) ==
        "its description has the layout 2, this fthost reads layout 1: rebuild it with the SDK of this fthost");
}

TEST_CASE("refused library of another SDK is told so before its description is judged", "[unit][plugins]") {
  const auto odd = patched(patched(good(), kStart, kStartSdk9), "by-norm", "By Norm");
  CHECK(reason_of(odd).starts_with("built for another SDK\n"));
}

TEST_CASE("refused library has a file that is no plugin", "[unit][plugins]") {
  CHECK(reason_of("a text\n") == "it is no ELF file, so no shared library");
  CHECK(reason_of("") == "it is empty");
  CHECK(reason_of(good().substr(0, 1000)) ==
        "it is cut short: its headers speak of more than the 1000 bytes that are there; build or copy it again");
  CHECK(reason_of(bytes_of(fixture("no_note.so"))) ==
        "it has no fthost note, so it is no plugin: FTHOST_PLUGIN of <fthost/plugin.h> makes one");
  CHECK(reason_of(patched(good(), "by-norm", "By Norm")) ==
        "its description is wrong: freezing 'By Norm' has a name that is not lower case letters, digits and '-'");
  CHECK(reason_of(patched(bytes_of(fixture("faulty.so")), "throws-int", "throws-own")) ==
        "its description is wrong: schedule 'throws-own' stands twice in the library");
  const Trial folder;
  fs::create_directory(folder.file());
  CHECK(folder.reason() == "it is no regular file");
  const Trial pipe;
  REQUIRE(::mkfifo(pipe.file().c_str(), 0600) == 0);
  CHECK(pipe.reason() == "it is no regular file");
}

TEST_CASE("refused library has a default that its own declaration rules out", "[unit][plugins]") {
  // Option `start` of schedule `half`: a real above 0, by default 1. Type, presence and bounds, the two ends of the
  // range, the default as a boolean, as an integer, and last as a real.
  const auto start = [](const std::string& real) {
    return "start" + std::string("\2\2\3", 3) + std::string(16, '\0') + std::string(9, '\0') + std::string(6, '\0') +
           real;
  };
  const std::string one("\xf0\x3f", 2), minus_one("\xf0\xbf", 2), infinity("\xf0\x7f", 2);
  const std::string of = "its description is wrong: option 'start' of schedule 'half' has a default that is ";
  CHECK(reason_of(patched(good(), start(one), start(minus_one))) == of + "out of its range");
  CHECK(reason_of(patched(good(), start(one), start(infinity))) == of + "not finite");
}

TEST_CASE("refused library can be written by others", "[unit][plugins]") {
  const Trial file;
  file.write(good());
  fs::permissions(file.file(), fs::perms(0666));
  CHECK(file.reason() == "it can be written by everybody (mode 0666): chmod o-w " + file.file().string());
  const Trial folder;
  folder.write(good());
  fs::permissions(folder.folder(), fs::perms(0777));
  CHECK(folder.reason() == "its folder " + folder.folder().string() +
                               " can be written by everybody (mode 0777): chmod o-w " + folder.folder().string());
  fs::permissions(folder.folder(), fs::perms(01777));
  CHECK(folder.reason().empty());
}

TEST_CASE("refused library belongs to others", "[unit][plugins]") {
  if (::geteuid() != 0) {
    WARN("skipped: there is no way to give files away but for root");
    return;
  }
  const Trial owner;
  owner.write(good());
  REQUIRE(::chown(owner.file().c_str(), 65534, 0) == 0);
  CHECK(owner.reason() ==
        "it belongs to nobody, who is neither you nor root: copy the library to a folder of your own");
  const Trial folder;
  folder.write(good());
  REQUIRE(::chown(folder.folder().c_str(), 65534, 0) == 0);
  CHECK(folder.reason() == "its folder " + folder.folder().string() +
                               " belongs to nobody, who is neither you nor root: copy the library to a folder of "
                               "your own");
  const Trial group;
  group.write(good());
  REQUIRE(::chown(group.file().c_str(), 0, 1) == 0);
  fs::permissions(group.file(), fs::perms(0664));
  CHECK(group.reason() == "it can be written by the group daemon (mode 0664): chmod g-w " + group.file().string());
}

TEST_CASE("refused library is a link that leads elsewhere", "[unit][plugins]") {
  const Trial out;
  fs::copy_file(fixture("good.so"), out.outside());
  fs::create_symlink(out.outside(), out.file());
  CHECK(out.reason() == "it is a symbolic link that leads out of its folder, to " + out.outside().string() +
                            ": copy the file, or name that folder in [plugins] paths");
  const Trial nowhere;
  fs::create_symlink("nothing", nowhere.file());
  CHECK(nowhere.reason() == "it is a symbolic link that leads nowhere");
  const Trial within;
  fs::copy_file(fixture("good.so"), within.folder() / "good.so.1");
  fs::create_symlink("good.so.1", within.file());
  CHECK(within.reason().empty());
}

TEST_CASE("a library of one's own that was built with umask 002 is taken", "[unit][plugins]") {
  const auto* user = ::getpwuid(::geteuid());
  const auto* group = ::getgrgid(::getegid());
  if (user == nullptr || group == nullptr || std::string(user->pw_name) != group->gr_name) {
    WARN("skipped: there is no group of this user's own");
    return;
  }
  const Trial trial;
  trial.write(good());
  fs::permissions(trial.folder(), fs::perms(0775));
  fs::permissions(trial.file(), fs::perms(0775));
  CHECK(trial.reason() == "");
}
