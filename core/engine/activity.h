#pragma once

/// Tells the sinks how far something has come, at most ten times a second.

#include <fthost/events.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "core/run/event_bus.h"

namespace fthost {

class Activity {
 public:
  /// `events` must outlive it. `total` 0: not known.
  Activity(EventBus& events, std::string name, std::string unit, std::int64_t total)
      : events_(events), name_(std::move(name)), unit_(std::move(unit)), total_(total) {}

  void advance(std::int64_t done) {
    const auto now = std::chrono::steady_clock::now();
    if ((total_ == 0 || done < total_) && now - told_ < std::chrono::milliseconds(100)) return;
    told_ = now;
    events_.activity_advanced({name_, unit_, done, total_});
  }

  /// Says that it is over, where advance did not: for a total that was not known.
  void finish(std::int64_t done) { events_.activity_advanced({name_, unit_, done, done}); }

 private:
  EventBus& events_;
  std::string name_, unit_;
  std::int64_t total_;
  std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

}  // namespace fthost
