/// Schedule `plugin-name`: a straight line up, then down with the inverse square root of the step, as in "Attention is
/// all you need" (Vaswani et al., 2017), scaled so that the top is 1.

#include <fthost/plugin.h>
#include <fthost/schedule.h>

#include <algorithm>
#include <cmath>

namespace {

class PluginName final : public fthost::Schedule {
 public:
  // The host has checked the options against their declaration below and filled in the defaults.
  explicit PluginName(const fthost::Options& options) : warmup_(options.real("warmup")) {}

  // Called once a step, from step 0 on. A pure function: the same step gives the same factor, whenever it is asked.
  double factor(std::int64_t step, std::int64_t total_steps) const override {
    const auto top = static_cast<double>(std::max<std::int64_t>(1, fthost::warmup_steps(warmup_, total_steps)));
    const auto place = static_cast<double>(step + 1);
    return std::min(place / top, std::sqrt(top / place));
  }

 private:
  double warmup_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<PluginName>("plugin-name", "Rise in a straight line, then fall with the square root.")
                  .option("warmup", fthost::real().at_least(0).at_most(1).by_default(.1),
                          "share of the steps until the learning rate is at its top"))
