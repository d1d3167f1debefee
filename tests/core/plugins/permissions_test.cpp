#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string>

#include "core/plugins/permissions.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace fthost;

namespace {

constexpr uid_t kSelf = 1000000, kOther = 2000000;
constexpr gid_t kPrivate = 1000000, kShared = 3000000;

std::string why(uid_t owner, gid_t group, mode_t mode) {
  return why_unsafe("/a/b", {owner, group, mode}, kSelf, [](gid_t g, uid_t u) { return g == kPrivate && u == kSelf; });
}

}  // namespace

TEST_CASE("permissions let nobody else write", "[unit][plugins]") {
  const std::string foreign =
      " belongs to 2000000, who is neither you nor root: copy the library to a folder of your own";
  struct Row {
    uid_t owner;
    gid_t group;
    mode_t mode;
    std::string reason;
  };
  for (const auto& row : {
           Row{kSelf, kShared, S_IFREG | 0755, ""},
           Row{0, 0, S_IFREG | 0644, ""},
           Row{kSelf, kPrivate, S_IFREG | 0775, ""},
           Row{kSelf, kPrivate, S_IFDIR | 0775, ""},
           Row{0, 0, S_IFDIR | S_ISVTX | 0777, ""},
           Row{0, kShared, S_IFDIR | S_ISVTX | 0775, ""},
           Row{kOther, kPrivate, S_IFREG | 0644, foreign},
           Row{kOther, kPrivate, S_IFDIR | S_ISVTX | 0777, foreign},
           Row{kSelf, kPrivate, S_IFREG | 0777, " can be written by everybody (mode 0777): chmod o-w /a/b"},
           Row{kSelf, kPrivate, S_IFREG | S_ISVTX | 0666, " can be written by everybody (mode 01666): chmod o-w /a/b"},
           Row{0, 0, S_IFDIR | 0777, " can be written by everybody (mode 0777): chmod o-w /a/b"},
           Row{kSelf, kShared, S_IFREG | 0664, " can be written by the group 3000000 (mode 0664): chmod g-w /a/b"},
           Row{0, kPrivate, S_IFDIR | 0775, " can be written by the group 1000000 (mode 0775): chmod g-w /a/b"},
       }) {
    INFO("owner " << row.owner << ", group " << row.group << ", mode " << std::oct << row.mode);
    CHECK(why(row.owner, row.group, row.mode) == row.reason);
  }
}

TEST_CASE("permissions do not trust a group's bits where an access list stands", "[unit][plugins]") {
  const auto yes = [](gid_t, uid_t) { return true; };
  CHECK(why_unsafe("/a/b", {kSelf, kPrivate, S_IFREG | 0664, true}, kSelf, yes) ==
        " can be written by those whom its access list names: setfacl -b /a/b");
  CHECK(why_unsafe("/a/b", {kSelf, kPrivate, S_IFREG | 0644, true}, kSelf, yes).empty());  // its mask lets nobody write
}

TEST_CASE("permissions see the access list of a file", "[unit][plugins]") {
  const TemporaryFolder folder;
  const auto file = folder.write("x.so", "");
  REQUIRE_FALSE(has_access_list(file));
  // As the kernel has it: version 2; then tag, rights and id of owner, a user, the group, the mask and all others.
  const std::string list(
      "\2\0\0\0"
      "\1\0\6\0\xff\xff\xff\xff"
      "\2\0\6\0\x80\x84\x1e\0"
      "\4\0\4\0\xff\xff\xff\xff"
      "\x10\0\6\0\xff\xff\xff\xff"
      "\x20\0\4\0\xff\xff\xff\xff",
      44);
  if (::setxattr(file.c_str(), "system.posix_acl_access", list.data(), list.size(), 0) != 0) {
    WARN("skipped: there is no access list on this file system");
    return;
  }
  CHECK(has_access_list(file));
}

TEST_CASE("permissions know whose private group a group is", "[unit][plugins]") {
  CHECK(is_private_group(0, 0));             // root of root
  CHECK_FALSE(is_private_group(0, 1));       // root is not daemon's
  CHECK(is_private_group(kPrivate, kSelf));  // neither has a name, the numbers are equal
  CHECK_FALSE(is_private_group(kShared, kSelf));
}

TEST_CASE("permissions of a library include every folder above it", "[unit][plugins]") {
  CHECK(why_unsafe_library("/usr/lib/x.so", {0, 0, S_IFREG | 0644}).empty());
  CHECK(why_unsafe_library("/tmp/x.so", {::geteuid(), ::getegid(), S_IFREG | 0644}).empty());
  CHECK(why_unsafe_library("/usr/lib/x.so", {0, 0, S_IFREG | 0666}) ==
        "it can be written by everybody (mode 0666): chmod o-w /usr/lib/x.so");
}
