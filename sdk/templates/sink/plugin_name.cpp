/// Sink `plugin-name`: the share of words whose label is right, for every set that is evaluated.

#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <string>

namespace {

class PluginName final : public fthost::Sink {
 public:
  // The host has checked the options against their declaration below and filled in the defaults.
  explicit PluginName(const fthost::Options& options) : without_(options.text("without")) {}

  // Metric sinks hear an event before all writers, so that those get the figure with it.
  Role role() const override { return Role::metric; }

  // One of many events, see <fthost/sink.h>; the others do nothing. What the event points at lives as long as the call.
  void evaluated(const fthost::Evaluated& event, fthost::Metrics& out) override {
    std::int64_t words = 0, right = 0;
    for (std::size_t s = 0; s < event.gold->size(); ++s) {
      const auto &gold = (*event.gold)[s], &predicted = (*event.predicted)[s];
      for (std::size_t w = 0; w < gold.size(); ++w) {
        if (gold[w] == without_) continue;
        ++words;
        if (predicted[w] == gold[w]) ++right;
      }
    }
    // Of no words there is no share: no figure is better than a wrong one.
    if (words > 0)
      out.emit(std::string(event.set) + "_word_accuracy", event.epoch,
               static_cast<double>(right) / static_cast<double>(words));
  }

 private:
  std::string without_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<PluginName>("plugin-name", "The share of words whose label is right.")
                  .option("without", fthost::text().by_default(""),
                          "words whose right label is this one are not counted; empty: all are"))
