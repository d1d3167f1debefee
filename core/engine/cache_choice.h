#pragma once

/// Whether keeping rows pays on this machine. No tensors.

#include <fthost/files.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace fthost {

/// What is known before the choice. Seconds are per token, measured here.
struct CacheCost {
  double compute = 0;  ///< The prefix.
  double read = 0;     ///< Rows from memory, or from a file that the system holds in memory.
  double write = 0;    ///< Rows to a file, synced.
  double row_bytes = 0;
  std::int64_t tokens_asked = 0;    ///< Over the whole run: each token as often as it is needed.
  std::int64_t tokens_there = 0;    ///< Of all sets, each once.
  std::int64_t tokens_missing = 0;  ///< Of these, how many no earlier run has left.
  double memory_bytes = 0;          ///< Budgets.
  double disk_bytes = 0;
};

struct CacheChoice {
  std::string mode;    ///< "off", "memory" or "disk".
  std::string reason;  ///< For people.
};

/// Computing always costs compute * asked. Keeping costs compute * missing + read * asked, and write * missing on a
/// disk. A disk is taken wherever it is cheaper than computing always, since later runs read it too; else memory; else
/// none. What does not fit is computed each time in either case, and does not change which is cheaper.
CacheChoice choose_cache(const CacheCost& cost);

/// Seconds to copy a byte that the processor's caches do not hold.
double measure_read();

/// Seconds to write a byte into the cache's folder, which is made where there is none, and have it on the disk. Throws
/// FileError.
double measure_write(Files& files, const std::filesystem::path& folder);

}  // namespace fthost
