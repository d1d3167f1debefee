#include "tests/catch.h"
#include "tests/plugins/sink_run.h"

namespace fthost {

TEST_CASE("loss sink gives the losses of training and of each set", "[unit][plugins]") {
  SinkRun run;
  run.add("loss");
  run.start();
  run.train_epoch(1, 0.5);
  run.evaluate("dev", 1, 0.75);
  run.evaluate("test", 2, 0.25);
  CHECK(run.bus.metrics().names() == std::vector<std::string>{"dev_loss", "test_loss", "train_loss"});
  CHECK(run.bus.metrics().at("train_loss", 1) == 0.5);
  CHECK(run.bus.metrics().at("dev_loss", 1) == 0.75);
  CHECK(run.bus.metrics().at("test_loss", 2) == 0.25);
}

TEST_CASE("loss sink comes before writers", "[unit][plugins]") {
  CHECK(open_plugin<Sink>("loss", "loss")->role() == Sink::Role::metric);
}

}  // namespace fthost
