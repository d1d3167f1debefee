#include "core/report/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace fthost::report {
namespace {

constexpr int kWantedTicks = 5;
constexpr int kMostEpochTicks = 10;
constexpr double kLargest = 1e300, kSmallest = 1e-290;  ///< Beyond them doubles run out of room for round numbers.
constexpr double kNarrowest =
    1e-6;  ///< Of an axis, as a part of its largest value: there is room for its ticks' digits.
constexpr double kSmallestPlain = 1e-4, kLargestPlain = 1e7;  ///< Without an exponent: the largest value of an axis.
constexpr double kWideRange = 20;                             ///< From here on a scale is logarithmic.
constexpr double kFewDecades = 2;  ///< Below that many a logarithmic axis has ticks at 2 and 5 too.

/// The round number (1, 2 or 5 times a power of ten) that is nearest above `step`.
double round_step(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (step <= factor * power * (1 + 1e-9)) return factor * power;
  return 10 * power;
}

/// The power of ten of the first digit that is not zero; of 0: 0.
int first_digit(double value) {
  return value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
}

/// "0.50", "1.0" and "0" are "0.5", "1" and "0".
std::string without_last_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// A value of an axis with ticks at each `step` up to `largest`, either way.
std::string tick_text(double value, double step, double largest) {
  char text[48];
  if (largest < kSmallestPlain || largest >= kLargestPlain) {
    std::snprintf(text, sizeof text, "%.*g", std::max(1, first_digit(value) - first_digit(step) + 1), value);
    return text;
  }
  std::snprintf(text, sizeof text, "%.*f", std::max(0, -first_digit(step)), value);
  return without_last_zeros(text);
}

Tick logarithmic_tick(double value) {
  return {value, tick_text(value, value, value)};
}

}  // namespace

std::string figure_text(double value, int digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[48];
  const bool is_large = std::abs(value) >= std::pow(10, digits) - 0.5 && std::abs(value) < kLargestPlain;
  if (is_large)
    std::snprintf(text, sizeof text, "%.0f", value);
  else
    std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

Axis::Axis(Scale scale, double low, double high) : scale_(scale) {
  if (scale == Scale::linear)
    make_linear(low, high);
  else
    make_logarithmic(low, high);
}

Axis Axis::epochs(int last) {
  Axis axis;
  axis.low_ = 1;
  axis.high_ = std::max(last, 2);
  const auto step = std::max(std::int64_t{1}, static_cast<std::int64_t>(std::ceil(axis.high_ / kMostEpochTicks)));
  for (std::int64_t epoch = 1; epoch <= std::max(last, 2); epoch += step)
    axis.ticks_.push_back({static_cast<double>(epoch), std::to_string(epoch)});
  return axis;
}

void Axis::make_linear(double low, double high) {
  const double largest = std::max(std::abs(low), std::abs(high));
  if (high - low <= std::max(kSmallest, largest * kNarrowest)) {
    const double room = largest < kSmallest ? 1 : largest * 0.1;
    low = low < 0 ? low - room : std::max(0.0, low - room);  // most figures cannot be negative
    high += room;
  }
  const double step = round_step((high - low) / kWantedTicks);
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  low_ = first * step;
  high_ = last * step;
  const auto ticks = static_cast<int>(last - first);  // about as many as are wanted
  for (int i = 0; i <= ticks; ++i) {
    const double value = (first + i) * step;
    ticks_.push_back({value, tick_text(value, step, std::max(std::abs(low_), std::abs(high_)))});
  }
}

void Axis::make_logarithmic(double low, double high) {
  const double decades = std::log10(high) - std::log10(low);
  if (decades > kFewDecades) {
    low_ = std::floor(std::log10(low) + 1e-9);
    high_ = std::ceil(std::log10(high) - 1e-9);
    const auto highest = static_cast<int>(high_);
    const int step = std::max(1, static_cast<int>(std::ceil((high_ - low_) / 6)));
    for (int power = static_cast<int>(low_); power <= highest; power += step)
      ticks_.push_back(logarithmic_tick(std::pow(10, power)));
    return;
  }
  low_ = std::log10(low) - std::max(0.05, 0.05 * decades);
  high_ = std::log10(high) + std::max(0.05, 0.05 * decades);
  const auto highest = static_cast<int>(std::floor(high_));
  for (int power = static_cast<int>(std::floor(low_)); power <= highest; ++power)
    for (const double factor : {1.0, 2.0, 5.0})
      if (const double value = factor * std::pow(10, power); std::log10(value) >= low_ && std::log10(value) <= high_)
        ticks_.push_back(logarithmic_tick(value));
}

Axis::Scale scale_over(double low, double high) {
  return low > 0 && high / low > kWideRange ? Axis::Scale::logarithmic : Axis::Scale::linear;
}

bool Axis::shows(double value) const {
  return std::abs(value) < kLargest && (scale_ == Scale::linear || value > kSmallest);
}

double Axis::place(double value) const {
  return ((scale_ == Scale::linear ? value : std::log10(value)) - low_) / (high_ - low_);
}

}  // namespace fthost::report
