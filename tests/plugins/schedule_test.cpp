#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <fthost/schedule.h>

#include "core/plugins/registry.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

std::shared_ptr<Schedule> make(const std::string& name, double warmup) {
  PluginRegistry registry(host_fingerprint());
  registry.scan(FTHOST_BUILD_DIR "/lib/fthost/plugins/" + name + ".so");
  const auto* found = registry.find(Kind::schedule, name);
  REQUIRE(found != nullptr);
  return registry.create<Schedule>(*found, Options({{"warmup", warmup}}));
}

}  // namespace

TEST_CASE("schedules give the factors of transformers", "[unit][plugins]") {
  std::ifstream golden(FTHOST_TEST_DATA "/golden/schedules/factors.csv");
  std::string line;
  std::getline(golden, line);
  int rows = 0;
  std::string made_for;
  std::shared_ptr<Schedule> schedule;
  for (; std::getline(golden, line); ++rows) {
    std::istringstream cells(line);
    std::string name, warmup, total, step, factor;
    for (auto* cell : {&name, &warmup, &total, &step, &factor}) std::getline(cells, *cell, ',');
    if (made_for != name + warmup) schedule = make(name, std::stod(warmup));
    made_for = name + warmup;
    INFO(line);
    // Only cos may differ in its last bit from one C library to the next.
    CHECK(schedule->factor(std::stoll(step), std::stoll(total)) ==
          Approx(std::strtod(factor.c_str(), nullptr)).epsilon(0).margin(name == "cosine" ? 1e-15 : 0));
  }
  CHECK(rows == 2115);
}

TEST_CASE("schedules end at zero and begin there with a warm-up", "[unit][plugins]") {
  for (const std::string name : {"linear", "cosine"}) {
    CHECK(make(name, 0)->factor(0, 10) == 1);
    CHECK(make(name, 0)->factor(10, 10) == Approx(0).margin(1e-16));
    CHECK(make(name, .2)->factor(0, 10) == 0);
    CHECK(make(name, .2)->factor(1, 10) == .5);
    CHECK(make(name, .2)->factor(2, 10) == 1);
  }
  CHECK(make("constant", .2)->factor(1, 10) == .5);
  CHECK(make("constant", .2)->factor(9, 10) == 1);
}
