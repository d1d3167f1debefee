/// Freezing `thaw-on-plateau`: the head learns first; whenever a figure stops getting better, more layers thaw.

#include <fthost/freezing.h>
#include <fthost/plugin.h>

#include <algorithm>
#include <optional>
#include <string>

namespace {

class ThawOnPlateau final : public fthost::Freezing {
 public:
  explicit ThawOnPlateau(const fthost::Options& options)
      : metric_(options.text("metric")),
        sign_(options.text("better") == "higher" ? 1 : -1),
        least_(options.real("least")),
        patience_(options.integer("patience")),
        layers_(options.integer("layers")) {}

  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress& progress) override {
    const auto thaws = progress.epoch > 1 ? count_thaws(*progress.metrics) : 0;
    // Bounded before it is multiplied: the numbers are the user's.
    const auto learning =
        std::min<std::int64_t>(std::min<std::int64_t>(thaws, topology.layers()) * layers_, topology.layers());
    const auto first_stage = topology.head_stage() - learning;
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors) learns.push_back(tensor.stage >= first_stage);
    return learns;
  }

 private:
  /// How often the figure had not got better for `patience` epochs, read from all epochs so far. Nothing is remembered
  /// between two calls, so there is nothing that could be lost.
  std::int64_t count_thaws(const fthost::MetricTable& metrics) const {
    const auto& history = metrics.history(metric_);
    if (history.empty()) refuse_metric(metrics);
    std::int64_t thaws = 0, stale = 0;
    std::optional<double> best;
    for (const auto& [epoch, value] : history) {
      if (!best || sign_ * (value - *best) > least_) {
        best = value;
        stale = 0;
      } else if (++stale == patience_) {
        ++thaws;
        stale = 0;
      }
    }
    return thaws;
  }

  /// Which figures there are is known when the first epoch is over.
  [[noreturn]] void refuse_metric(const fthost::MetricTable& metrics) const {
    throw fthost::OptionError(
        "metric", "no sink gives a figure '" + metric_ + "'; there are: " + fthost::comma_separated(metrics.names()));
  }

  std::string metric_;
  double sign_, least_;
  std::int64_t patience_, layers_;
};

}  // namespace

FTHOST_PLUGIN(
    fthost::component<ThawOnPlateau>("thaw-on-plateau",
                                     "Train the head first, and thaw layers when a figure stops getting better.")
        .option("metric", fthost::text().by_default("dev_f1"), "the figure that is watched")
        .option("better", fthost::text().one_of({"higher", "lower"}).by_default("higher"), "which way it is to go")
        .option("least", fthost::real().at_least(0).by_default(0), "how far it has to go to count as better")
        .option("patience", fthost::integer().at_least(1).unit("epochs").by_default(1),
                "how long it may stand still until layers thaw")
        .option("layers", fthost::integer().at_least(1).at_most(1000).by_default(1), "layers that thaw each time"))
