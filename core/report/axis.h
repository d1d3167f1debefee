#pragma once

/// Scales of charts: from numbers to places, with ticks at round numbers.

#include <string>
#include <vector>

namespace fthost::report {

/// "0.8364", "2.7e-05", "14000": at most `digits` significant ones, but whole below ten million; the shortest form.
std::string figure_text(double value, int digits = 4);

struct Tick {
  double value = 0;
  std::string label;  ///< With as many decimals as tell it from its neighbours.
};

/// One axis. Values that are not finite, or not positive on a logarithmic one, have no place on it: leave them out.
class Axis {
 public:
  enum class Scale { linear, logarithmic };

  /// Covers `low` to `high` (finite; positive when logarithmic) and is widened to round numbers. Both may be equal.
  Axis(Scale scale, double low, double high);
  /// Whole numbers from 1 to `last`, for epochs.
  static Axis epochs(int last);

  bool shows(double value) const;
  /// From 0 at the axis' start to 1 at its end.
  double place(double value) const;
  const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  Axis() = default;
  void make_linear(double low, double high);
  void make_logarithmic(double low, double high);

  Scale scale_ = Scale::linear;
  double low_ = 0, high_ = 1;  ///< Of a logarithmic axis: powers of ten.
  std::vector<Tick> ticks_;
};

/// Logarithmic where values from `low` to `high` are positive and so far apart that the small ones would lie together.
Axis::Scale scale_over(double low, double high);

}  // namespace fthost::report
