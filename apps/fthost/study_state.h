#pragma once

/// Which part of a study's points a process runs, and what filling their cache took.

#include <fthost/files.h>

#include <cstddef>
#include <filesystem>
#include <string>

namespace fthost {

/// "2/5": the second of five parts. Points go to parts in turn, so that each gets some of the cheap and the dear ones.
struct Shard {
  std::size_t part = 1, parts = 1;
  bool holds(std::size_t point) const { return point % parts == part - 1; }
};
/// Throws InputError when it is something else.
Shard shard_from(const std::string& text);

/// Adds what filling the shared cache took to what earlier sittings left in `folder`/study.json (of a shard
/// study-2-of-5.json): a point's own record does not hold it. Throws FileError.
void add_fill_seconds(Files& files, const std::filesystem::path& folder, const Shard& shard, double seconds);

}  // namespace fthost
