#include "core/run/interrupt.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace fthost {
namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGPIPE};

std::atomic<int> stop{0};
std::array<struct sigaction, kSignals.size()> before;

static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch nothing that locks");

/// Only calls that are safe wherever the signal came.
void stop_requested(int signal) {
  int none = 0;
  if (!stop.compare_exchange_strong(none, signal)) ::_exit(128 + signal);
  constexpr std::string_view text = "\nStopping after this step. Once more stops at once.\n";
  const int code = errno;
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  errno = code;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  stop = 0;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    action.sa_handler = kSignals[i] == SIGPIPE ? SIG_IGN : stop_requested;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(kSignals[i], &action, &before[i]);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before[i], nullptr);
}

const std::atomic<int>& InterruptGuard::stop_signal() const {
  return stop;
}

}  // namespace fthost
