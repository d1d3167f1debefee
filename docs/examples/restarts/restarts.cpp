/// Schedule `restarts`: half a wave of the cosine down, and at once up again, several times over a run (Loshchilov and
/// Hutter, "SGDR: Stochastic gradient descent with warm restarts", ICLR 2017, with cycles of one length).

#include <fthost/plugin.h>
#include <fthost/schedule.h>

#include <cmath>
#include <numbers>

namespace {

class Restarts final : public fthost::Schedule {
 public:
  explicit Restarts(const fthost::Options& options)
      : cycles_(options.integer("cycles")), lowest_(options.real("lowest")) {}

  double factor(std::int64_t step, std::int64_t total_steps) const override {
    const double cycles_done =
        static_cast<double>(step) * static_cast<double>(cycles_) / static_cast<double>(total_steps);
    const double place = cycles_done - std::floor(cycles_done);  // in its cycle, from 0 to 1
    return lowest_ + (1 - lowest_) * (1 + std::cos(std::numbers::pi * place)) / 2;
  }

 private:
  std::int64_t cycles_;
  double lowest_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<Restarts>("restarts", "Lower the learning rate along a cosine, several times anew.")
                  .option("cycles", fthost::integer().at_least(1).at_most(1000000).by_default(3),
                          "how often the learning rate starts at its top")
                  .option("lowest", fthost::real().at_least(0).at_most(1).by_default(0),
                          "how low it goes, as a share of the top"))
