/// Sink `untyped-f1`: how well entities are found, whatever type they are taken for.

#include <fthost/entities.h>
#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <string>
#include <vector>

namespace {

using Tags = std::vector<std::vector<std::string>>;

/// "B-PER" becomes "B-ENTITY": of the tags, only where entities begin and end is left.
Tags without_types(const Tags& tags) {
  Tags result = tags;
  for (auto& sentence : result)
    for (auto& tag : sentence)
      if (const auto dash = tag.find('-'); dash != std::string::npos)
        tag.replace(dash + 1, std::string::npos, "ENTITY");
  return result;
}

class UntypedF1 final : public fthost::Sink {
 public:
  Role role() const override { return Role::metric; }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics& out) override {
    const auto score = fthost::score_entities(without_types(*event.gold), without_types(*event.predicted)).micro;
    out.emit(std::string(event.set) + "_untyped_f1", event.epoch, score.f1());
  }
};

}  // namespace

FTHOST_PLUGIN(fthost::component<UntypedF1>("untyped-f1", "F1 of entities, whatever type they are taken for."))
