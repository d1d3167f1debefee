#pragma once

/// Kind `schedule`: the learning rate over time. Needs no tensor and no LibTorch.

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

  /// What the learning rate is multiplied with in optimizer step `step` (from 0) of `total_steps` (1 or more): a pure
  /// function, finite and not negative.
  virtual double factor(std::int64_t step, std::int64_t total_steps) const = 0;
};

}  // namespace fthost
