#pragma once

/// Kind `schedule`: the learning rate over time. Needs no tensor and no LibTorch.

#include <cmath>
#include <cstdint>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/options.h>

namespace fthost {

/// Called on the training thread only, once per step.
class FTHOST_API Schedule : public Component {
 public:
  static constexpr Kind kKind = Kind::schedule;
  ~Schedule() override;

  /// What the learning rate is multiplied with in optimizer step `step` (from 0) of `total_steps` (1 or more, over all
  /// epochs): a pure function, finite and not negative; anything else ends the run.
  virtual double factor(std::int64_t step, std::int64_t total_steps) const = 0;
};

/// The steps of a warm-up that takes `share` (0 to 1) of all: rounded up, as Hugging Face's Trainer does.
inline std::int64_t warmup_steps(double share, std::int64_t total_steps) {
  return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(total_steps)));
}

/// The factor of step `step` out of `steps` of a warm-up: in a straight line from 0, which the first step has.
inline double warmup_factor(std::int64_t step, std::int64_t steps) {
  return static_cast<double>(step) / static_cast<double>(steps);
}

}  // namespace fthost
