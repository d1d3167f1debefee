#include "core/cache/folder.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/cache/hash.h"
#include "core/run/make_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is a cache of fthost: what is in it can be computed again. https://bford.info/cachedir/\n";

/// Every regular file below `folder`, however deep.
std::vector<fs::directory_entry> files_below(const fs::path& folder) {
  std::vector<fs::directory_entry> found;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (at->is_regular_file(gone) && !at->is_symlink(gone)) found.push_back(*at);
  }
  return found;
}

/// Has prepare_cache_folder made it?
bool is_cache_folder(const fs::path& folder) {
  std::ifstream in(folder / "CACHEDIR.TAG", std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {}) == kTag;
}

/// Nothing else in the folder is ours to touch.
bool is_segment(const fs::path& path) {
  return path.extension() == ".rows" && parse_hex(path.stem().string()) &&
         parse_hex(path.parent_path().filename().string());
}

/// What write_file writes beside a file until it is whole.
bool has_temporary_name(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') && name.find(".tmp-") != std::string::npos;
}

/// Beside a segment, or beside space.json.
bool is_half_written(const fs::path& path) {
  return has_temporary_name(path) && parse_hex(path.parent_path().filename().string());
}

/// It may stay, or another process may be first.
void try_remove(Files& files, const fs::path& path) {
  try {
    files.remove(path);
  } catch (const FileError&) {
  }
}

/// Is it gone? Counts what was removed, and what stays.
bool remove_counted(Files& files, const fs::path& path, std::uint64_t bytes, Removed& removed) {
  try {
    files.remove(path);
    ++removed.files;
    removed.bytes += bytes;
    return true;
  } catch (const FileError& error) {
    std::error_code unknown;
    if (!fs::exists(path, unknown) && !unknown) return true;  // another process was first
    if (removed.kept++ == 0) removed.why_kept = error.what();
    return false;
  }
}

/// Another process is about to put its first segment there.
bool holds_half_written(const fs::path& folder) {
  return std::ranges::any_of(files_below(folder), [](const auto& entry) { return is_half_written(entry.path()); });
}

/// A space without segments is of no use.
void remove_empty_spaces(Files& files, const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    if (!at->is_directory(unknown) || !parse_hex(at->path().filename().string())) continue;
    if (!list_segments(at->path()).empty() || holds_half_written(at->path())) continue;
    try_remove(files, at->path() / "space.json");
    try_remove(files, at->path());  // stays when something else is in it
  }
}

}  // namespace

void prepare_cache_folder(Files& files, const fs::path& folder) {
  if (is_cache_folder(folder)) return;
  make_folder_with_parents(files, folder);
  std::error_code unknown;
  // A folder that holds other things stays as visible as it is.
  if (!fs::is_empty(folder, unknown)) return;
  write_file(files, folder / "CACHEDIR.TAG", kTag);
  write_file(files, folder / ".gitignore", "*\n");
}

std::vector<SegmentFile> list_segments(const fs::path& folder) {
  std::vector<SegmentFile> segments;
  for (const auto& entry : files_below(folder)) {
    if (!is_segment(entry.path())) continue;
    std::error_code gone;
    const auto bytes = entry.file_size(gone);
    const auto used = gone ? fs::file_time_type() : entry.last_write_time(gone);
    if (!gone) segments.push_back({entry.path(), bytes, used});
  }
  std::ranges::sort(segments, [](const SegmentFile& a, const SegmentFile& b) {
    return a.used != b.used ? a.used < b.used : a.path < b.path;
  });
  return segments;
}

void mark_used(const fs::path& segment) {
  std::error_code ignored;
  fs::last_write_time(segment, fs::file_time_type::clock::now(), ignored);
}

Removed shrink_cache(Files& files, const fs::path& folder, std::uint64_t most_bytes,
                     const std::function<bool(const fs::path&)>& in_use) {
  const auto segments = list_segments(folder);
  std::uint64_t held = 0;
  for (const auto& segment : segments) held += segment.bytes;
  Removed removed;
  for (const auto& segment : segments) {
    if (held <= most_bytes) break;
    if (!in_use(segment.path) && remove_counted(files, segment.path, segment.bytes, removed)) held -= segment.bytes;
  }
  removed.bytes_left = held;
  if (removed.files > 0) remove_empty_spaces(files, folder);
  return removed;
}

Removed remove_leftovers(Files& files, const fs::path& folder) {
  Removed removed;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const bool is_ours = is_cache_folder(folder);
  for (const auto& entry : files_below(folder)) {
    const auto above = entry.path().parent_path().lexically_relative(folder);
    const bool is_beside = is_ours && (above == "." || above == "calibration") && has_temporary_name(entry.path());
    std::error_code gone;
    if (!is_beside && !is_half_written(entry.path())) continue;
    const auto bytes = entry.file_size(gone);
    if (!gone && entry.last_write_time(gone) < old && !gone) remove_counted(files, entry.path(), bytes, removed);
  }
  return removed;
}

}  // namespace fthost
