#include <chrono>
#include <thread>

#include "tests/catch.h"
#include "tests/plugins/sink_run.h"

namespace fthost {

TEST_CASE("time sink tells training and evaluation apart", "[unit][plugins]") {
  using std::chrono::milliseconds;
  SinkRun run;
  run.add("time");
  run.start();
  run.start_epoch(1);
  const auto begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(milliseconds(40));
  run.evaluate("dev", 1, 0.75, milliseconds(300));  // within the epoch
  run.train_epoch(1);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - begin;
  std::this_thread::sleep_for(milliseconds(20));
  run.evaluate("dev", 1, 0.75, milliseconds(20));
  const auto& metrics = run.bus.metrics();
  REQUIRE(metrics.names() == std::vector<std::string>{"eval_seconds", "seconds", "tokens_per_second"});
  const double seconds = *metrics.at("seconds", 1);
  // A busy machine makes it longer, never shorter.
  CHECK(seconds >= 0.04);
  CHECK(seconds <= whole.count() - 0.3);
  CHECK(*metrics.at("eval_seconds", 1) >= 0.32);
  CHECK(*metrics.at("eval_seconds", 1) < 10);
  CHECK(*metrics.at("tokens_per_second", 1) == Approx(80 / seconds));
}

TEST_CASE("time sink has no time for the test set", "[unit][plugins]") {
  SinkRun run;
  run.add("time");
  run.start();
  run.evaluate("test", 1);
  CHECK(run.bus.metrics().names().empty());
}

}  // namespace fthost
