#pragma once

/// The loss of several batches as one figure.

#include <cstdint>

namespace fthost {

/// The mean over all labelled tokens, or the plain mean of the batches' means; 0 of nothing.
class MeanLoss {
 public:
  explicit MeanLoss(bool over_batches) : over_batches_(over_batches) {}

  /// A batch: the mean over its labelled tokens, and how many those are.
  void add(double mean, std::int64_t labelled) {
    const double weight = over_batches_ ? 1 : static_cast<double>(labelled);
    sum_ += mean * weight;
    weights_ += weight;
  }
  double value() const { return weights_ > 0 ? sum_ / weights_ : 0; }

 private:
  bool over_batches_;
  double sum_ = 0, weights_ = 0;
};

}  // namespace fthost
