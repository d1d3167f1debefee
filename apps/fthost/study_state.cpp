#include "apps/fthost/study_state.h"

#include <fthost/error.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "apps/fthost/run_state.h"
#include "core/run/make_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

fs::path record_file(const fs::path& folder, const Shard& shard) {
  if (shard.parts == 1) return folder / "study.json";
  return folder / ("study-" + std::to_string(shard.part) + "-of-" + std::to_string(shard.parts) + ".json");
}

/// 0 where there is no record, or none that can be read: it is written anew then.
double fill_seconds_in(const fs::path& file) {
  const auto record = object_in(file);
  const auto found = record.find("fill_seconds");
  return found != record.end() && found->is_number() ? found->get<double>() : 0;
}

}  // namespace

Shard shard_from(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto part = std::from_chars(text.data(), end, shard.part);
  const bool has_slash = part.ec == std::errc() && part.ptr != end && *part.ptr == '/';
  const auto parts = has_slash ? std::from_chars(part.ptr + 1, end, shard.parts) : part;
  if (has_slash && parts.ec == std::errc() && parts.ptr == end && shard.part >= 1 && shard.part <= shard.parts)
    return shard;
  throw InputError("fthost", "--shard takes a part and their number, such as 2/5, not '" + text + "'");
}

void add_fill_seconds(Files& files, const fs::path& folder, const Shard& shard, double seconds) {
  const auto file = record_file(folder, shard);
  const nlohmann::ordered_json record{{"fill_seconds", fill_seconds_in(file) + seconds}};
  make_folder_with_parents(files, folder);
  write_file(files, file, record.dump(2) + "\n");
}

}  // namespace fthost
