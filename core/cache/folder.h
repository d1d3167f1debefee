#pragma once

/// The cache's folder on the disk, which many processes share:
///
///   CACHEDIR.TAG, .gitignore             so that backups and git pass it by
///   calibration/<key>.json               what `fthost plan` has measured
///   <key of a space>/space.json          what the rows are of, for people
///   <key of a space>/<name>.rows         segments
///
/// A segment's file appears whole (it is written beside and renamed) and is never changed; it may vanish at any time,
/// which harms nobody who has it open. The time of its last change says when it was used last.

#include <fthost/files.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fthost {

struct SegmentFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::filesystem::file_time_type used;
};

/// Makes the folder and its parents, and in it what tells backups and git to leave it alone, unless it
/// holds something else already. Throws FileError.
void prepare_cache_folder(Files& files, const std::filesystem::path& folder);

/// The segments of one space, or below a whole cache, the least recently used first. A folder that is not there or
/// cannot be read has none, and files of other names are none.
std::vector<SegmentFile> list_segments(const std::filesystem::path& folder);

/// Says that the segment was used now; does nothing when that cannot be written down.
void mark_used(const std::filesystem::path& segment);

/// What was removed, and what is left.
struct Removed {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_left = 0;  ///< Of segments, after shrink_cache.
  std::size_t kept = 0;          ///< Files that the disk did not let go.
  std::string why_kept;          ///< Of the first of them: "cannot remove …: …".
};

/// Removes the least recently used segments of the cache until it holds at most `most_bytes`; those that `in_use` names
/// stay, and so do those that the disk does not let go: others go in their place. Spaces that became empty go too.
Removed shrink_cache(Files& files, const std::filesystem::path& folder, std::uint64_t most_bytes,
                     const std::function<bool(const std::filesystem::path&)>& in_use);

/// Removes half-written files of processes that are gone: those that nobody has touched for an hour. Outside of spaces
/// only where prepare_cache_folder has made the folder. What the disk does not let go stays.
Removed remove_leftovers(Files& files, const std::filesystem::path& folder);

}  // namespace fthost
