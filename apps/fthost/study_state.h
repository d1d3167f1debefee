#pragma once

/// Which points of a study are done, as their run folders tell.

#include <fthost/files.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/pipeline/study.h"

namespace fthost {

enum class PointState {
  open,        ///< There is no folder of that name.
  unfinished,  ///< There is one, whose run has not come to its end.
  finished,
};

/// Looks at `folder`/`point.name`. Throws InputError when a finished run there was made with other options (another
/// number of threads is none), naming those.
PointState state_of(const std::filesystem::path& folder, const StudyPoint& point);

/// Moves what an unfinished point left to `folder`/unfinished, under a name that is free.
void set_aside(Files& files, const std::filesystem::path& folder, const std::string& point);

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
