#include "core/run/run_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/sync/file_lock.hpp>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace fthost {
namespace {

// A lock of fcntl(2): a process that runs something, and dies, leaves it to nobody.
using FileLock = boost::interprocess::file_lock;

/// In this time after it made its folder a run has locked its log.
constexpr std::chrono::seconds kTimeToLock{1};

/// Boost's lock can only be taken: whoever looked by that would keep a run from getting it, and take others who look
/// for a run.
bool is_locked(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool is_known = ::fcntl(descriptor, F_GETLK, &lock) == 0;
  ::close(descriptor);
  return is_known && lock.l_type != F_UNLCK;
}

}  // namespace

struct RunLock::Lock {
  FileLock file;
};

RunLock::RunLock(const std::filesystem::path& run) {
  try {
    FileLock lock((run / "log.txt").c_str());
    if (lock.try_lock()) lock_ = std::make_unique<Lock>(Lock{std::move(lock)});
  } catch (const boost::interprocess::interprocess_exception&) {
    // There is no such file, or the file system has no locks.
  }
}

RunLock::~RunLock() = default;
RunLock::RunLock(RunLock&&) noexcept = default;

bool is_running(const std::filesystem::path& run) {
  std::error_code unknown;
  if (!std::filesystem::is_directory(run, unknown)) return false;
  // Written under the lock. Asked first: a run may begin between the two questions.
  const bool has_begun = std::filesystem::exists(run / "run.json", unknown);
  if (is_locked(run / "log.txt")) return true;
  if (has_begun) return false;
  std::this_thread::sleep_for(kTimeToLock);
  return is_locked(run / "log.txt");
}

}  // namespace fthost
