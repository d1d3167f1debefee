// Opens the built library as fthost does, and tells the sink of an evaluation.

#include <fthost/sink.h>
#include <fthost/testing.h>

#include <map>
#include <string>
#include <vector>

using namespace fthost;

namespace {

/// Keeps what the sink emits.
class Figures final : public Metrics {
 public:
  void emit(std::string_view name, int epoch, double value) override {
    values[std::string(name) + " of epoch " + std::to_string(epoch)] = value;
  }

  std::map<std::string, double> values;
};

}  // namespace

int main(int, char** arguments) {
  return testing::run([&] {
    const std::vector<std::vector<std::string>> gold = {{"B-PER", "O", "O"}, {"B-LOC"}};
    const std::vector<std::vector<std::string>> predicted = {{"B-PER", "O", "B-LOC"}, {"O"}};
    Evaluated event;
    event.epoch = 2;
    event.set = "dev";
    event.gold = &gold;
    event.predicted = &predicted;
    using Expected = std::map<std::string, double>;

    Figures all;
    const auto sink = testing::open<Sink>(arguments[1], "plugin-name");
    testing::check(sink->role() == Sink::Role::metric, "it is a metric sink");
    sink->evaluated(event, all);
    testing::check(all.values == Expected{{"dev_word_accuracy of epoch 2", .5}}, "two of four words are right");

    Figures entities;
    testing::open<Sink>(arguments[1], "plugin-name", "without = 'O'")->evaluated(event, entities);
    testing::check(entities.values == Expected{{"dev_word_accuracy of epoch 2", .5}}, "one of two entities' words is");

    const std::vector<std::vector<std::string>> nothing;
    event.gold = event.predicted = &nothing;
    Figures none;
    sink->evaluated(event, none);
    testing::check(none.values.empty(), "of no words there is no figure");
  });
}
