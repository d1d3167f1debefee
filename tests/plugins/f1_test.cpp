#include <fthost/sink.h>

#include <map>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"

namespace {

class Heard final : public fthost::Metrics {
 public:
  void emit(std::string_view name, int epoch, double value) override {
    values[std::string(name) + "@" + std::to_string(epoch)] = value;
  }
  std::map<std::string, double> values;
};

using Tags = std::vector<std::vector<std::string>>;

std::map<std::string, double> hear(bool per_type, const Tags& gold, const Tags& predicted, bool flat = false) {
  const auto sink = fthost::open_plugin<fthost::Sink>("f1", "f1", {{"per_type", per_type}, {"flat", flat}});
  CHECK(sink->role() == fthost::Sink::Role::metric);
  Heard heard;
  sink->evaluated({.epoch = 3, .set = "dev", .gold = &gold, .predicted = &predicted}, heard);
  return heard.values;
}

const Tags kGold = {{"B-PER", "I-PER", "O", "B-LOC"}, {"B-PER", "O"}};
const Tags kPredicted = {{"B-PER", "I-PER", "O", "O"}, {"O", "B-PER"}};

}  // namespace

TEST_CASE("f1 sink gives precision, recall and F1 of a set", "[unit][plugins]") {
  const auto heard = hear(false, kGold, kPredicted);
  CHECK(heard.size() == 3);
  CHECK(heard.at("dev_precision@3") == Approx(1.0 / 2));
  CHECK(heard.at("dev_recall@3") == Approx(1.0 / 3));
  CHECK(heard.at("dev_f1@3") == Approx(0.4));
}

TEST_CASE("f1 sink gives the F1 of each type when asked", "[unit][plugins]") {
  const auto heard = hear(true, kGold, kPredicted);
  CHECK(heard.size() == 5);
  CHECK(heard.at("dev_f1_PER@3") == Approx(0.5));
  CHECK(heard.at("dev_f1_LOC@3") == 0);
}

TEST_CASE("f1 sink gives the F1 of all sentences joined when asked", "[unit][plugins]") {
  const auto heard = hear(false, {{"B-PER"}, {"I-PER"}}, {{"B-PER"}, {"B-PER"}}, true);
  CHECK(heard.size() == 4);
  CHECK(heard.at("dev_f1@3") == 1);
  CHECK(heard.at("dev_f1_flat@3") == 0);
}

TEST_CASE("f1 sink gives 0 where there are no entities", "[unit][plugins]") {
  const auto heard = hear(true, {{"O"}}, {{"O"}});
  CHECK(heard.size() == 3);
  CHECK(heard.at("dev_f1@3") == 0);
}
