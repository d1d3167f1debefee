#include "core/run/run_lock.h"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/sync/file_lock.hpp>
#include <optional>

namespace fthost {
namespace {

// A lock of fcntl(2): a process that runs something, and dies, leaves it to nobody.
using FileLock = boost::interprocess::file_lock;

/// None where there is no such file, it may not be written, or it cannot be locked.
template <class Use>
std::optional<bool> with_log_of(const std::filesystem::path& run, const Use& use) {
  try {
    FileLock lock((run / "log.txt").c_str());
    return use(lock);
  } catch (const boost::interprocess::interprocess_exception&) {
    return std::nullopt;
  }
}

}  // namespace

struct RunLock::Lock {
  FileLock file;
};

RunLock::RunLock(const std::filesystem::path& run) {
  with_log_of(run, [this](FileLock& lock) {
    if (lock.try_lock()) lock_ = std::make_unique<Lock>(Lock{std::move(lock)});
    return true;
  });
}

RunLock::~RunLock() = default;
RunLock::RunLock(RunLock&&) noexcept = default;

bool is_running(const std::filesystem::path& run) {
  const auto is_free = with_log_of(run, [](FileLock& lock) { return lock.try_lock(); });
  return is_free.has_value() && !*is_free;
}

}  // namespace fthost
