#include <fthost/plugin.h>
#include <fthost/schedule.h>

namespace {

/// As get_constant_schedule_with_warmup of Hugging Face's transformers.
class Constant final : public fthost::Schedule {
 public:
  explicit Constant(const fthost::Options& options) : warmup_(options.real("warmup")) {}

  double factor(std::int64_t step, std::int64_t total_steps) const override {
    const auto warmup = fthost::warmup_steps(warmup_, total_steps);
    return step < warmup ? fthost::warmup_factor(step, warmup) : 1.0;
  }

 private:
  double warmup_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Constant>("constant", "Keep the learning rate as it is.")
                  .option("warmup", fthost::real().at_least(0).at_most(1).by_default(0),
                          "share of the steps over which the learning rate first rises from zero"))
