#include "core/plugins/permissions.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fthost/error.h>

namespace fthost {
namespace {

constexpr mode_t kPermissionBits = 07777;
/// Larger records of users and groups do not happen but in a broken database.
constexpr std::size_t kLargestRecord = std::size_t{1} << 20U;

std::string octal(mode_t mode) {
  std::string digits;
  for (mode &= kPermissionBits; mode != 0; mode >>= 3U)
    digits.insert(digits.begin(), static_cast<char>('0' + mode % 8));
  return "0" + digits;
}

/// Asks one of the getpw…_r, getgr…_r functions with a buffer that grows until the record fits, and hands the record to
/// `take` while the buffer lives.
template <class Record, class Ask, class Take>
void look_up(Ask ask, Take take) {
  for (std::vector<char> buffer(1024); buffer.size() <= kLargestRecord; buffer.resize(buffer.size() * 2)) {
    Record record{};
    Record* found = nullptr;
    const int code = ask(&record, buffer.data(), buffer.size(), &found);
    if (code == ERANGE) continue;
    if (code == 0 && found != nullptr) take(*found);
    return;
  }
}

std::optional<std::string> user_name(uid_t user) {
  std::optional<std::string> name;
  look_up<passwd>([&](auto... rest) { return ::getpwuid_r(user, rest...); },
                  [&](const passwd& found) { name = found.pw_name; });
  return name;
}

struct GroupRecord {
  std::string name;
  std::vector<std::string> members;
};

std::optional<GroupRecord> group_record(gid_t group) {
  std::optional<GroupRecord> record;
  look_up<::group>([&](auto... rest) { return ::getgrgid_r(group, rest...); },
                   [&](const ::group& found) {
                     record.emplace().name = found.gr_name;
                     for (char** member = found.gr_mem; *member != nullptr; ++member)
                       record->members.emplace_back(*member);
                   });
  return record;
}

std::string name_of_user(uid_t user) {
  return user_name(user).value_or(std::to_string(user));
}

std::string name_of_group(gid_t group) {
  const auto record = group_record(group);
  return record ? record->name : std::to_string(group);
}

Ownership ownership_of(const std::filesystem::path& folder) {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0)
    throw Error("its folder " + folder.string() + " cannot be looked at: " + std::generic_category().message(errno));
  return {status.st_uid, status.st_gid, status.st_mode, has_access_list(folder)};
}

/// Group databases list members by choice; those whose first group it is stand in the users' own records only.
bool is_first_group_of_another(gid_t group, uid_t owner) {
  bool found = false;
  ::setpwent();
  for (const passwd* user = ::getpwent(); user != nullptr && !found; user = ::getpwent())
    found = user->pw_gid == group && user->pw_uid != owner;
  ::endpwent();
  return found;
}

bool find_whether_private(gid_t group, uid_t owner) {
  const auto record = group_record(group);
  const auto name = user_name(owner);
  if (!record && !name) return group == owner;
  if (!record || !name) return false;
  for (const auto& member : record->members)
    if (member != *name) return false;
  return (record->name == *name || !record->members.empty()) && !is_first_group_of_another(group, owner);
}

}  // namespace

bool is_private_group(gid_t group, uid_t owner) {
  static std::map<std::pair<gid_t, uid_t>, bool> found;
  const auto [entry, is_new] = found.try_emplace({group, owner}, false);
  if (is_new) entry->second = find_whether_private(group, owner);
  return entry->second;
}

bool has_access_list(const std::filesystem::path& path) {
  return ::lgetxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

std::string why_unsafe(const std::filesystem::path& path, const Ownership& ownership, uid_t self,
                       const std::function<bool(gid_t, uid_t)>& is_private) {
  if (ownership.owner != 0 && ownership.owner != self)
    return " belongs to " + name_of_user(ownership.owner) +
           ", who is neither you nor root: copy the library to a "
           "folder of your own";
  // In a sticky folder only owners rename and delete; the next part of the path has its own owner checked.
  if (S_ISDIR(ownership.mode) && (ownership.mode & S_ISVTX) != 0) return "";
  const auto mode = " (mode " + octal(ownership.mode) + "): chmod ";
  if ((ownership.mode & S_IWOTH) != 0) return " can be written by everybody" + mode + "o-w " + path.string();
  if ((ownership.mode & S_IWGRP) != 0 && ownership.has_access_list)
    return " can be written by those whom its access list names: setfacl -b " + path.string();
  if ((ownership.mode & S_IWGRP) != 0 && !is_private(ownership.group, ownership.owner))
    return " can be written by the group " + name_of_group(ownership.group) + mode + "g-w " + path.string();
  return "";
}

std::string why_unsafe_library(const std::filesystem::path& library, const Ownership& ownership) {
  const auto self = ::geteuid();
  std::filesystem::path folder;
  for (const auto& name : library.parent_path()) {
    folder /= name;
    const auto reason = why_unsafe(folder, ownership_of(folder), self);
    if (!reason.empty()) return "its folder " + folder.string() + reason;
  }
  const auto reason = why_unsafe(library, ownership, self);
  return reason.empty() ? "" : "it" + reason;
}

}  // namespace fthost
