#pragma once

/// Figures by name and epoch: what metric sinks find, and what freezing strategies and `keep = "best"` read.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fthost/version.h>

namespace fthost {

/// Where a metric sink puts a figure. Names are "<set>_<figure>" in snake_case, such as "dev_f1" or "train_loss", or
/// the figure alone when no set is meant ("seconds").
class FTHOST_API Metrics {
 public:
  virtual ~Metrics();

  /// `epoch` counts from 1. A second value for the same name and epoch replaces the first. NaN is kept as it is.
  virtual void emit(std::string_view name, int epoch, double value) = 0;
};

/// All figures of a run so far. A copy is independent. Reading is safe from several threads while nobody sets.
class FTHOST_API MetricTable {
 public:
  void set(std::string_view name, int epoch, double value);

  /// The figure of that epoch, if there is one.
  std::optional<double> at(std::string_view name, int epoch) const;
  /// The figure of the newest epoch that has one.
  std::optional<double> latest(std::string_view name) const;
  /// All values of one name by epoch; empty when there is none.
  const std::map<int, double>& history(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::map<int, double>, std::less<>> values_;
};

}  // namespace fthost
