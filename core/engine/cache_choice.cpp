#include "core/engine/cache_choice.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <unistd.h>

#include "core/cache/folder.h"
#include "core/engine/stopwatch.h"

namespace fthost {
namespace {

constexpr std::size_t kReadSample = std::size_t{16} << 20;
constexpr std::size_t kWriteSample = std::size_t{4} << 20;

/// "41 µs", "0.12 µs".
std::string microseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, seconds < 1e-4 ? "%.2g µs" : "%.0f µs", seconds * 1e6);
  return text;
}

/// "12 s".
std::string whole_seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  return text;
}

}  // namespace

CacheChoice choose_cache(const CacheCost& cost) {
  const auto asked = static_cast<double>(cost.tokens_asked);
  const auto missing = static_cast<double>(cost.tokens_missing);
  const auto there = static_cast<double>(cost.tokens_there);
  const double off = cost.compute * asked;
  const double disk = cost.compute * missing + cost.write * missing + cost.read * asked;
  const double memory = cost.compute * there + cost.read * asked;
  const auto per_token = "computing " + microseconds(cost.compute) + " a token, reading " + microseconds(cost.read);
  const auto saves = [&](double with) { return per_token + ": saves about " + whole_seconds(off - with); };
  if (cost.disk_bytes > 0 && disk < off) return {"disk", saves(disk)};
  if (cost.memory_bytes > 0 && memory < off) return {"memory", saves(memory)};
  return {"off", per_token + ": keeping costs " + whole_seconds(std::min(disk, memory) - off) + " more"};
}

double measure_read() {
  const std::vector<char> from(kReadSample, 1);
  // A batch's rows go into memory that was never written either.
  const auto to = std::make_unique_for_overwrite<char[]>(kReadSample);
  const Stopwatch begin;
  std::memcpy(to.get(), from.data(), from.size());
  const double seconds = begin.seconds();
  // The compiler must not leave the copy out.
  return to[kReadSample / 2] == 1 ? seconds / static_cast<double>(kReadSample) : 0;
}

double measure_write(Files& files, const std::filesystem::path& folder) {
  prepare_cache_folder(files, folder);
  const auto file = folder / (".fthost-speed.tmp-" + std::to_string(::getpid()));
  const std::string bytes(kWriteSample, 'x');
  const Stopwatch begin;
  const auto out = files.create(file);
  try {
    out->write(bytes);
    out->sync();
    out->close();
  } catch (const FileError&) {
    try {
      files.remove(file);
    } catch (const FileError&) {
      // The first failure is the one to tell.
    }
    throw;
  }
  const double seconds = begin.seconds();
  files.remove(file);
  return seconds / static_cast<double>(kWriteSample);
}

}  // namespace fthost
