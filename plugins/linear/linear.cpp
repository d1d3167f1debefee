#include <algorithm>

#include <fthost/plugin.h>
#include <fthost/schedule.h>

namespace {

/// As get_linear_schedule_with_warmup of Hugging Face's transformers.
class Linear final : public fthost::Schedule {
 public:
  explicit Linear(const fthost::Options& options) : warmup_(options.real("warmup")) {}

  double factor(std::int64_t step, std::int64_t total_steps) const override {
    const auto warmup = fthost::warmup_steps(warmup_, total_steps);
    if (step < warmup) return fthost::warmup_factor(step, warmup);
    const auto falling = std::max<std::int64_t>(1, total_steps - warmup);
    return std::max(0.0, static_cast<double>(total_steps - step) / static_cast<double>(falling));
  }

 private:
  double warmup_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Linear>("linear", "Lower the learning rate in a straight line to zero at the end.")
                  .option("warmup", fthost::real().at_least(0).at_most(1).by_default(0),
                          "share of the steps over which the learning rate first rises from zero"))
