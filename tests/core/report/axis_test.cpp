#include "core/report/axis.h"

#include <cmath>
#include <limits>

#include "tests/catch.h"

namespace fthost::report {
namespace {

std::string labels(const Axis& axis) {
  std::string text;
  for (const auto& tick : axis.ticks()) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

TEST_CASE("axis has ticks at round numbers around its values", "[unit][report]") {
  CHECK(labels(Axis(Axis::Scale::linear, 0.13, 0.84)) == "0 0.2 0.4 0.6 0.8 1");
  CHECK(labels(Axis(Axis::Scale::linear, -3, 12)) == "-5 0 5 10 15");
  CHECK(labels(Axis(Axis::Scale::linear, 540, 626)) == "540 560 580 600 620 640");
  CHECK(labels(Axis(Axis::Scale::logarithmic, 2e-6, 0.02)) == "1e-06 1e-05 0.0001 0.001 0.01 0.1");
  CHECK(labels(Axis(Axis::Scale::logarithmic, 3, 40)) == "5 10 20");
  CHECK(labels(Axis::epochs(5)) == "1 2 3 4 5");
  CHECK(labels(Axis::epochs(100)) == "1 11 21 31 41 51 61 71 81 91");
  CHECK(Axis::epochs(std::numeric_limits<int>::max()).ticks().size() == 10);
}

TEST_CASE("axis places its ends at 0 and 1, and equal steps or ratios equally", "[unit][report]") {
  const Axis linear(Axis::Scale::linear, 0, 10);
  CHECK(linear.place(0) == Approx(0));
  CHECK(linear.place(10) == Approx(1));
  CHECK(linear.place(2.5) == Approx(0.25));
  const Axis logarithmic(Axis::Scale::logarithmic, 1, 10000);
  CHECK(logarithmic.place(100) == Approx(0.5));
  CHECK_FALSE(logarithmic.shows(0));
  CHECK(linear.shows(0));
}

TEST_CASE("axis holds one value, and values at the rim of doubles", "[unit][report]") {
  for (const auto& [low, high] : {std::pair{0.0, 0.0},
                                  {0.5, 0.5},
                                  {-2.0, -2.0},
                                  {1e299, 1e299},
                                  {-1e299, 1e299},
                                  {1e-300, 2e-300},
                                  {1.0, 1.0 + 1e-15},
                                  {1e17, 1e17 + 16}}) {
    INFO(low << " to " << high);
    const Axis axis(Axis::Scale::linear, low, high);
    CHECK(axis.ticks().size() >= 2);
    CHECK(axis.ticks().size() <= 12);
    CHECK(axis.place(low) >= -1e-6);
    CHECK(axis.place(high) <= 1 + 1e-6);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  const Axis axis(Axis::Scale::linear, 0, 1);
  for (const double value : {infinity, -infinity, std::nan(""), 1e301}) CHECK_FALSE(axis.shows(value));
  CHECK(Axis(Axis::Scale::logarithmic, 1e-280, 1e290).ticks().size() < 12);
}

TEST_CASE("figures are written short", "[unit][report]") {
  CHECK(figure_text(0.836371) == "0.8364");
  CHECK(figure_text(2.7e-5) == "2.7e-05");
  CHECK(figure_text(std::nan("")) == "nan");
  CHECK(figure_text(-std::numeric_limits<double>::infinity()) == "-inf");
}

}  // namespace
}  // namespace fthost::report
