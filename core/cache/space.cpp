#include "core/cache/space.h"

#include <fthost/error.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/cache/folder.h"
#include "core/run/log.h"

namespace fthost {

CacheSpace::CacheSpace(CacheStore& store, const Hash128& key, std::uint64_t row_bytes, std::string description)
    : store_(store), key_(key), row_bytes_(row_bytes), description_(std::move(description)) {
  if (!store_.has_disk()) return;
  for (const auto& segment : list_segments(folder())) open(segment.path);
}

/// What was in it is computed again; keeping it would only warn once more.
void CacheSpace::remove_damaged(const std::filesystem::path& file, const std::string& why) {
  std::string done = "removed";
  try {
    store_.files().remove(file);
  } catch (const FileError& error) {
    if (error.code() != ENOENT) done = "it stays there (" + std::generic_category().message(error.code()) + ")";
  }
  log_warning("the cache's file " + file.string() + " is damaged (" + why + "): " + done +
              ", what it held is computed again");
}

/// False when it cannot be opened, or is none of this space's.
bool CacheSpace::open(const std::filesystem::path& file) {
  Segment segment;
  try {
    segment.bytes = SegmentBytes::map(file);
  } catch (const FileError& error) {
    std::error_code unknown;
    if (std::filesystem::exists(file, unknown)) {
      if (std::filesystem::file_size(file, unknown) == 0)
        remove_damaged(file, "it is empty");
      else
        log_warning(std::string("a file of the cache is passed over: ") + error.what());
    }
    return false;
  }
  try {
    segment.table = read_segment_table(segment.bytes.view());
    if (segment.table.space != key_ || segment.table.row_bytes != row_bytes_)
      throw Error("it belongs to another model or boundary");
  } catch (const Error& error) {
    remove_damaged(file, error.what());
    return false;
  }
  segment.file = file;
  index(std::move(segment));
  return true;
}

void CacheSpace::index(Segment&& segment) {
  const auto number = segments_.size();
  for (std::size_t i = 0; i < segment.table.entries.size(); ++i)
    places_.try_emplace(segment.table.entries[i].example, Place{number, i});
  segments_.push_back(std::move(segment));
}

bool CacheSpace::check(Segment& segment) {
  if (segment.checked) return true;
  const auto view = segment.bytes.view();
  if (!segment_is_whole(view)) return false;
  if (store_.take_memory(view.size())) segment.bytes = SegmentBytes(std::vector<std::byte>(view.begin(), view.end()));
  store_.use(segment.file);
  return segment.checked = true;
}

/// Forgets a damaged segment; others keep their numbers.
void CacheSpace::drop(std::size_t number) {
  remove_damaged(segments_[number].file, "its checksum is wrong");
  forget(number);
}

std::vector<Hash128> CacheSpace::examples_in(std::size_t number) const {
  std::vector<Hash128> examples;
  for (const auto& [example, place] : places_)
    if (place.segment == number) examples.push_back(example);
  return examples;
}

void CacheSpace::forget(std::size_t number) {
  std::erase_if(places_, [&](const auto& item) { return item.second.segment == number; });
  segments_[number] = {};
}

std::optional<std::span<const std::byte>> CacheSpace::find(const Hash128& example) {
  const auto found = places_.find(example);
  if (found == places_.end()) return std::nullopt;
  const auto [number, entry] = found->second;
  auto& segment = segments_[number];
  if (!check(segment)) {
    drop(number);
    return find(example);
  }
  return segment.bytes.view().subspan(segment.table.offsets[entry], segment.table.entries[entry].rows * row_bytes_);
}

bool CacheSpace::adopt(const std::string& name) {
  if (!store_.has_disk()) return false;
  const auto file = folder() / name;
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown) || !open(file)) return false;
  const auto number = segments_.size() - 1;
  if (check(segments_[number])) return true;
  drop(number);
  return false;
}

bool CacheSpace::add(const std::string& name, std::vector<std::byte> bytes) {
  const auto file = folder() / name;
  const bool written = store_.write(file, bytes, description_);
  Segment segment;
  segment.checked = true;
  if (written) segment.file = file;
  if (store_.take_memory(bytes.size())) {
    segment.bytes = SegmentBytes(std::move(bytes));
  } else if (written) {
    try {
      segment.bytes = SegmentBytes::map(file);
    } catch (const FileError& error) {
      log_warning(std::string("what the cache wrote cannot be read again: ") + error.what());
      return false;
    }
  } else {
    return false;
  }
  segment.table = read_segment_table(segment.bytes.view());
  index(std::move(segment));
  return true;
}

}  // namespace fthost
