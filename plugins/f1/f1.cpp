/// Sink `f1`: entity precision, recall and F1 of every evaluation.

#include <fthost/entities.h>
#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <string>

namespace {

/// Micro averages over words, by seqeval's default rules.
class F1Sink final : public fthost::Sink {
 public:
  explicit F1Sink(const fthost::Options& options)
      : per_type_(options.boolean("per_type")), flat_(options.boolean("flat")) {}

  Role role() const override { return Role::metric; }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics& out) override {
    const auto scores = fthost::score_entities(*event.gold, *event.predicted);
    const std::string set(event.set);
    out.emit(set + "_precision", event.epoch, scores.micro.precision());
    out.emit(set + "_recall", event.epoch, scores.micro.recall());
    out.emit(set + "_f1", event.epoch, scores.micro.f1());
    if (flat_)
      out.emit(set + "_f1_flat", event.epoch, fthost::score_entities_flat(*event.gold, *event.predicted).micro.f1());
    if (!per_type_) return;
    for (const auto& [type, score] : scores.by_type)
      out.emit(std::string(set).append("_f1_").append(type), event.epoch, score.f1());
  }

 private:
  bool per_type_;
  bool flat_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<F1Sink>("f1", "Measure precision, recall and F1 of entities at every evaluation.")
                  .option("per_type", fthost::boolean().by_default(false),
                          "also give the F1 of each entity type, as <set>_f1_<type>")
                  .option("flat", fthost::boolean().by_default(false),
                          "also give the F1 over all sentences joined to one list of labels, as <set>_f1_flat"))
