#include "core/report/axis.h"

#include <cmath>
#include <limits>
#include <set>
#include <string>

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
  CHECK(labels(Axis(Axis::Scale::linear, 0.25263, 0.25265)) == "0.25263 0.252635 0.25264 0.252645 0.25265");
  CHECK(labels(Axis(Axis::Scale::linear, 0, 14000)) == "0 5000 10000 15000");
  CHECK(labels(Axis(Axis::Scale::linear, 0, 9e5)) == "0 200000 400000 600000 800000 1000000");
  CHECK(labels(Axis(Axis::Scale::linear, 0, 0.002)) == "0 0.0005 0.001 0.0015 0.002");
  CHECK(labels(Axis(Axis::Scale::linear, 0, 3e-6)) == "0 1e-06 2e-06 3e-06");
  CHECK(labels(Axis(Axis::Scale::linear, 0, 3e7)) == "0 1e+07 2e+07 3e+07");
  CHECK(labels(Axis(Axis::Scale::logarithmic, 3e3, 2e5)) == "5000 10000 20000 50000 100000 200000");
  CHECK(labels(Axis::epochs(5)) == "1 2 3 4 5");
  CHECK(labels(Axis::epochs(100)) == "1 11 21 31 41 51 61 71 81 91");
  CHECK(Axis::epochs(std::numeric_limits<int>::max()).ticks().size() == 10);
}

TEST_CASE("axis has ticks that no two share a label, and that say where they are", "[unit][report]") {
  for (const double at : {0.0, 1e-7, 0.25263, 1.0, 999.5, 14000.0, 9999990.0, 3e8})
    for (const double width : {1e-7, 3e-6, 2e-5, 0.0007, 0.3, 14.0, 5000.0, 7e8}) {
      if (width < at * 2e-6) continue;  // taken as one value
      INFO(at << " and " << width << " more");
      const Axis axis(Axis::Scale::linear, at, at + width);
      std::set<std::string> different;
      for (const auto& tick : axis.ticks()) {
        different.insert(tick.label);
        CHECK(axis.place(std::stod(tick.label)) == Approx(axis.place(tick.value)).margin(1e-6));
        const double size = std::abs(tick.value);
        CHECK((tick.label.find('e') == std::string::npos || size < 1e-3 || size > 1e6));
      }
      CHECK(different.size() == axis.ticks().size());
    }
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

TEST_CASE("a scale over a wide range of positive values is logarithmic", "[unit][report]") {
  CHECK(scale_over(1, 20) == Axis::Scale::linear);
  CHECK(scale_over(1, 21) == Axis::Scale::logarithmic);
  CHECK(scale_over(0, 100) == Axis::Scale::linear);
  CHECK(scale_over(-1, 100) == Axis::Scale::linear);
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
  CHECK(figure_text(14000) == "14000");
  CHECK(figure_text(-12345.6) == "-12346");
  CHECK(figure_text(9999.7) == "10000");
  CHECK(figure_text(1e7) == "1e+07");
  CHECK(figure_text(std::nan("")) == "nan");
  CHECK(figure_text(-std::numeric_limits<double>::infinity()) == "-inf");
}

}  // namespace
}  // namespace fthost::report
