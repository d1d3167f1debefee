#pragma once

/// Who could have put code into a library. Loading one is running it, so a file that somebody else can write, or swap
/// by writing to a folder above it, is not loaded (as OpenSSH does with its keys: StrictModes).

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>

namespace fthost {

/// Who owns a file or folder and who may write to it.
struct Ownership {
  uid_t owner = 0;
  gid_t group = 0;
  mode_t mode = 0;               ///< As stat has it, type included.
  bool has_access_list = false;  ///< A POSIX ACL: the group's bits of the mode then speak of everybody that it names.
};

/// Does nobody but `owner` belong to `group`? True for the private group that many systems give each user: it has the
/// user's name, or the user as its only member. Where neither has a name, equal numbers decide. Goes through all users,
/// which may take long where they come from a network; what it found is kept. On one thread only.
bool is_private_group(gid_t group, uid_t owner);

/// Does a file or folder have a POSIX ACL?
bool has_access_list(const std::filesystem::path& path);

/// The rules for one file or folder, for the user `self`. Empty when it is safe, else what is wrong and what to do, to
/// be read after a name of it: " can be written by everybody (mode 0777): chmod o-w X".
std::string why_unsafe(const std::filesystem::path& path, const Ownership& ownership, uid_t self,
                       const std::function<bool(gid_t, uid_t)>& is_private = is_private_group);

/// The same for a library, whose file is open and has `ownership`, and every folder above it: "its folder X can be …".
/// `library` is absolute and without symbolic links.
std::string why_unsafe_library(const std::filesystem::path& library, const Ownership& ownership);

}  // namespace fthost
