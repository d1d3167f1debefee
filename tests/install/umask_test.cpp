// A newcomer's first plugin, built under the umask 002 that many systems give to users whose group is theirs alone.

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/install/installation.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

struct User {
  uid_t id;
  gid_t group;
};

/// The user's record, when the user's group has the same name and no members besides.
std::optional<User> with_own_group(const passwd* user) {
  if (user == nullptr) return std::nullopt;
  const auto* group = ::getgrgid(user->pw_gid);
  if (group == nullptr || std::string(group->gr_name) != user->pw_name || *group->gr_mem != nullptr)
    return std::nullopt;
  return User{user->pw_uid, user->pw_gid};
}

/// Whoever runs the test. In place of root, for whom permissions count less, one of the users that every Debian has.
std::optional<User> newcomer() {
  if (::geteuid() != 0) return with_own_group(::getpwuid(::geteuid()));
  for (const auto* name : {"daemon", "bin", "www-data"})
    if (auto user = with_own_group(::getpwnam(name))) return user;
  return std::nullopt;
}

std::vector<std::string> as_user(const User& user, std::vector<std::string> words) {
  if (::geteuid() == user.id) return words;
  std::vector<std::string> all = {"setpriv", "--reuid=" + std::to_string(user.id),
                                  "--regid=" + std::to_string(user.group), "--clear-groups"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

bool group_may_write(const fs::path& path) {
  return (fs::status(path).permissions() & fs::perms::group_write) != fs::perms::none;
}

TEST_CASE("a newcomer's plugin that is built under umask 002 in a folder below /tmp is used", "[slow][install]") {
  const auto user = newcomer();
  if (!user) {
    WARN("skipped: there is no user with a group of their own");
    return;
  }
  const Installation tree;
  fs::permissions(tree.workplace(), fs::perms(0755));
  const TemporaryFolder home;
  REQUIRE(::chown(home.path().c_str(), user->id, user->group) == 0);
  const auto work = home / "work", library = fs::canonical(home.path()) / "work/my-own/build/my-own.so";
  const auto as_newcomer = [&](const std::string& script) {
    return tree.run(as_user(*user, {"bash", "-c", "umask 002; " + script}), home.path(),
                    {{"HOME", home.path().string()}, {"FTHOST_PLUGIN_PATH", library.parent_path().string()}});
  };

  require(
      as_newcomer("mkdir work && cd work && fthost new freezing my-own && "
                  "'" FTHOST_CMAKE "' -S my-own -B my-own/build -G Ninja '-DCMAKE_CXX_COMPILER=" FTHOST_CXX
                  "' '-DCMAKE_CXX_FLAGS=" FTHOST_CXX_FLAGS "' && '" FTHOST_CMAKE "' --build my-own/build"));
  for (const auto& path : {library, library.parent_path(), work}) {
    INFO(path);
    REQUIRE(group_may_write(path));
  }
  const auto options = as_newcomer("fthost options freezing/my-own");
  require(options);
  REQUIRE(options.out.starts_with("freezing my-own: "));
  REQUIRE(options.out.find("\n  in " + library.string() + "\n") != std::string::npos);

  if (::geteuid() != 0) {
    WARN("skipped: there is no way to give files to another group but for root");
    return;
  }
  REQUIRE(::chown(library.c_str(), user->id, 0) == 0);
  const auto plugins = nlohmann::json::parse(as_newcomer("fthost plugins --json").out);
  REQUIRE(plugins.at("refused").size() == 1);
  CHECK(plugins.at("refused").at(0).at("reason") ==
        "it can be written by the group root (mode 0775): chmod g-w " + library.string());
}

}  // namespace
}  // namespace fthost
