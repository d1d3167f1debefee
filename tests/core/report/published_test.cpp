#include "core/report/published.h"

#include <fthost/error.h>

#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

// The table of the experiment's last epoch, as it was printed.
TEST_CASE("published figures are those of the experiment", "[unit][report]") {
  struct Row {
    const char* setting;
    double dev_loss, f1, seconds, drift;
  };
  const Row rows[] = {{"classifier only", .2527, .6592, 542, .021640}, {"last 1", .1892, .7316, 542, .000074},
                      {"last 3", .1477, .7848, 557, .000043},          {"last 6", .1329, .8170, 581, .000033},
                      {"last 9", .1343, .8320, 600, .000029},          {"full", .1420, .8364, 626, .000027}};
  const auto& published = published_figures();
  REQUIRE(published.settings.size() == std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const auto& setting = published.settings[i];
    INFO(rows[i].setting);
    CHECK(setting.setting.name == rows[i].setting);
    for (const auto& [name, values] : setting.figures) CHECK(values.size() == 5);
    const auto last = [&](const char* name) { return setting.figures.find(name)->second.back(); };
    CHECK(last("dev_loss") == Approx(rows[i].dev_loss).margin(6e-5));
    CHECK(last("dev_f1_flat") == Approx(rows[i].f1).margin(6e-5));
    const auto& seconds = setting.figures.find("seconds")->second;
    double mean = 0;
    for (const double value : seconds) mean += value / 5;
    CHECK(mean == Approx(rows[i].seconds).margin(1));
    CHECK(setting.drift.find("classifier.weight")->second.base.back() == Approx(rows[i].drift).margin(6e-7));
  }
  CHECK(published.source.find("How many layers to train?") != std::string::npos);
}

TEST_CASE("published figures are compared where the labels are the same", "[unit][report]") {
  auto run = made_run(3, 1, {0.5});
  run.labels = published_figures().labels;
  CHECK(compares_with(published_figures(), {run}));
  run.labels.push_back("PAD");
  CHECK(compares_with(published_figures(), {run}));
  run.labels.push_back("B-ship");
  CHECK_FALSE(compares_with(published_figures(), {run}));
  CHECK_FALSE(compares_with(published_figures(), {}));
}

TEST_CASE("published figures are found by setting", "[unit][report]") {
  CHECK(published_figures().find(setting_of(made_run(3, 1, {})))->setting.name == "last 3");
  CHECK(published_figures().find(setting_of(made_run(6, 1, {})))->setting.name == "full");
  CHECK(published_figures().find(setting_of(made_run(2, 1, {}))) == nullptr);
}

TEST_CASE("published figures that are damaged are refused", "[unit][report]") {
  CHECK_THROWS_AS(read_published(R"({"source": "x", "labels": [], "settings": [{"setting": "full"}]})"), InputError);
}

}  // namespace
}  // namespace fthost::report
