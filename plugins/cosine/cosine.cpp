#include <algorithm>
#include <cmath>
#include <numbers>

#include <fthost/plugin.h>
#include <fthost/schedule.h>

namespace {

/// As get_cosine_schedule_with_warmup of Hugging Face's transformers, with its half a cycle.
class Cosine final : public fthost::Schedule {
 public:
  explicit Cosine(const fthost::Options& options) : warmup_(options.real("warmup")) {}

  double factor(std::int64_t step, std::int64_t total_steps) const override {
    const auto warmup = fthost::warmup_steps(warmup_, total_steps);
    if (step < warmup) return fthost::warmup_factor(step, warmup);
    const auto falling = std::max<std::int64_t>(1, total_steps - warmup);
    const auto done = static_cast<double>(step - warmup) / static_cast<double>(falling);
    return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
  }

 private:
  double warmup_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Cosine>("cosine", "Lower the learning rate along half a cosine to zero at the end.")
                  .option("warmup", fthost::real().at_least(0).at_most(1).by_default(0),
                          "share of the steps over which the learning rate first rises from zero"))
