#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/plugins/sink_run.h"

namespace fthost {

TEST_CASE("csv sink writes a line per epoch", "[unit][plugins]") {
  SinkRun run;
  run.add("csv");
  run.start();
  run.figures->at_epoch_trained = {{"train_loss", 0.1}, {"seconds", 12.25}, {"tokens_per_second", 1e6}};
  run.figures->at_evaluated = {
      {"dev_loss", 1.0 / 3}, {"dev_precision", 1}, {"dev_recall", 0}, {"dev_f1", 0.5}, {"eval_seconds", 1e-7}};
  run.train_epoch(1);
  run.evaluate("dev", 1);
  run.end_epoch(1);
  const std::string first =
      "epoch,train_loss,dev_loss,dev_precision,dev_recall,dev_f1,seconds,eval_seconds,tokens_per_second,lr\n"
      "1,0.1,0.3333333333333333,1,0,0.5,12.25,1e-07,1e+06,3e-05\n";
  // All of it is there before the run ends: it may never do so.
  CHECK(run.folder.read("metrics.csv") == first);
  run.figures->at_epoch_trained = {{"train_loss", -std::nan("")}, {"seconds", std::numeric_limits<double>::infinity()}};
  run.train_epoch(2);
  run.end_epoch(2);
  run.end(RunEnded::State::failed);
  CHECK(run.folder.read("metrics.csv") == first + "2,nan,,,,,inf,,,3e-05\n");
}

TEST_CASE("csv sink writes the columns that it is told", "[unit][plugins]") {
  SinkRun run;
  run.add("csv", {{"columns", std::vector<std::string>{"dev_f1", "epoch", "a,\"b\""}}});
  run.start();
  run.figures->at_evaluated = {{"dev_f1", 0.5}, {"a,\"b\"", 2}};
  run.evaluate("dev", 1);
  run.end_epoch(1);
  CHECK(run.folder.read("metrics.csv") == "dev_f1,epoch,\"a,\"\"b\"\"\"\n0.5,1,2\n");
}

TEST_CASE("csv sink refuses a table without columns", "[unit][plugins]") {
  CHECK_THROWS_AS(open_plugin<Sink>("csv", "csv", {{"columns", std::vector<std::string>{}}}), OptionError);
  CHECK_THROWS_WITH(open_plugin<Sink>("csv", "csv", {{"columns", std::vector<std::string>{}}}),
                    "a table needs a column; leave 'columns' out for all");
}

TEST_CASE("csv sink bears the end of a run that never started", "[unit][plugins]") {
  SinkRun run;
  run.add("csv");
  run.end(RunEnded::State::failed);
  CHECK(run.folder.read("metrics.csv").empty());
}

}  // namespace fthost
