// Opens the built library as fthost does, and looks at the factors of a run of 400 steps.

#include <fthost/schedule.h>
#include <fthost/testing.h>

#include <cmath>

using namespace fthost;

namespace {

bool near(double a, double b) {
  return std::abs(a - b) < 1e-12;
}

}  // namespace

int main(int, char** arguments) {
  return testing::run([&] {
    constexpr std::int64_t kSteps = 400;
    const auto schedule = testing::open<Schedule>(arguments[1], "plugin-name", "warmup = 0.25");
    testing::check(near(schedule->factor(0, kSteps), 1. / 100), "the first step takes its share of the way up");
    testing::check(near(schedule->factor(49, kSteps), .5), "half of the way up is half of the learning rate");
    testing::check(near(schedule->factor(99, kSteps), 1), "after a quarter of the steps it is at its top");
    testing::check(near(schedule->factor(399, kSteps), .5), "four times as far it has halved");

    const auto steep = testing::open<Schedule>(arguments[1], "plugin-name", "warmup = 0");
    testing::check(near(steep->factor(0, kSteps), 1), "without a way up the first step is the top");

    // A wrong option is reported as in a pipeline file.
    testing::check(testing::refusal([&] {
                     testing::open<Schedule>(arguments[1], "plugin-name", "warmup = 2");
                   }).find("'warmup'") != std::string::npos,
                   "a share of more than 1 is refused");
  });
}
