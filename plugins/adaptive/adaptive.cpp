/// Freezing `adaptive`: everything learns at first; stages are frozen from the bottom once their gradients change least
/// (Liu, Agarwal and Venkataraman, "AutoFreeze: Automatically Freezing Model Blocks to Accelerate Fine-tuning",
/// arXiv 2102.01386, section 3.2).
///
/// After each epoch, the change of a stage is |g' - g| / g', of its gradient norm g over the epoch and g' over the one
/// before. The stages that learn are frozen from the lowest on for as long as their change is at or below the given
/// percentile of all such changes. What was frozen stays so.

#include <fthost/freezing.h>
#include <fthost/plugin.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace {

class Adaptive final : public fthost::Freezing, public fthost::GradientNormReader {
 public:
  explicit Adaptive(const fthost::Options& options)
      : percentile_(options.real("percentile")), keep_(options.integer("keep")) {}

  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress& progress) override {
    if (keep_ > topology.layers())
      throw fthost::OptionError("keep", std::to_string(keep_) + " layers are to learn always, but the model has " +
                                            std::to_string(topology.layers()));
    // Who asks again for the same epoch gets the same answer.
    if (!progress.gradient_norms.empty() && std::exchange(seen_epoch_, progress.epoch) != progress.epoch)
      freeze_more(topology, progress.gradient_norms);
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors) learns.push_back(tensor.stage >= first_stage_);
    return learns;
  }

 private:
  void freeze_more(const fthost::Topology& topology, const std::vector<double>& tensor_norms) {
    std::vector<double> squares(topology.stages.size(), 0.0);
    for (std::size_t i = 0; i < tensor_norms.size(); ++i)
      squares[static_cast<std::size_t>(topology.tensors[i].stage)] += tensor_norms[i] * tensor_norms[i];
    std::vector<double> norms;
    norms.reserve(squares.size());
    for (const auto square : squares) norms.push_back(std::sqrt(square));
    const auto before = std::exchange(norms_, std::move(norms));
    if (before.empty()) return;

    const auto last = topology.head_stage() - static_cast<int>(keep_);  // learns always
    std::vector<double> changes;
    for (int stage = first_stage_; stage < topology.head_stage(); ++stage) {
      const auto at = static_cast<std::size_t>(stage);
      changes.push_back(before[at] > 0 ? std::abs(before[at] - norms_[at]) / before[at] : 0);
    }
    if (changes.empty()) return;
    const auto limit = percentile_of(changes);
    for (const auto change : changes) {
      if (change > limit || first_stage_ >= last) break;
      ++first_stage_;
    }
  }

  /// Between two values in a straight line, as numpy.percentile.
  double percentile_of(std::vector<double> values) const {
    std::sort(values.begin(), values.end());
    const double place = percentile_ / 100 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
  }

  double percentile_;
  std::int64_t keep_;
  int first_stage_ = 0;
  int seen_epoch_ = 0;         ///< The last one before which there were norms; 0: none.
  std::vector<double> norms_;  ///< Of each stage, over the epoch before.
};

}  // namespace

FTHOST_PLUGIN(
    fthost::component<Adaptive>("adaptive",
                                "Train everything, and freeze from the bottom what hardly changes (AutoFreeze).")
        .option("percentile", fthost::real().at_least(0).at_most(100).by_default(50),
                "a stage freezes when the change of its gradient norm is not above this percentile of all")
        .option("keep", fthost::integer().at_least(0).by_default(0), "uppermost layers that are never frozen"))
