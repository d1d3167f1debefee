#include <chrono>
#include <thread>

#include "plugins/console/progress_line.h"
#include "tests/captured_stderr.h"
#include "tests/catch.h"
#include "tests/plugins/sink_run.h"

namespace fthost {
namespace {

using std::chrono::milliseconds;

console::Training halfway() {
  console::Training training;
  training.epoch = 2;
  training.epochs = 5;
  training.step = 31;
  training.steps = 107;
  training.loss = 0.41234;
  training.seconds_left = 63.2;
  training.examples_per_second = 512.4;
  return training;
}

/// What a terminal shows, in columns: escape sequences take none.
int shown(const std::string& text) {
  int columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b')
      i = text.find_first_of("mK", i);
    else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && text[i] != '\r' && text[i] != '\n')
      ++columns;
  }
  return columns;
}

/// Two epochs, the second worse than the first, and a test set.
void deliver_run(SinkRun& run, RunEnded::State state = RunEnded::State::finished) {
  run.start();
  for (const int epoch : {1, 2}) {
    run.start_epoch(epoch);
    run.step(epoch, 1);
    run.step(epoch, 2);
    run.figures->at_epoch_trained = {{"train_loss", 0.5 / epoch}, {"seconds", 12.34}};
    run.train_epoch(epoch);
    run.figures->at_evaluated = {{"dev_loss", 0.75}, {"dev_f1", 0.5 / epoch}};
    run.evaluate("dev", epoch);
    run.end_epoch(epoch);
  }
  run.figures->at_evaluated = {{"test_loss", 0.8}, {"test_f1", 0.125}};
  run.evaluate("test", 2);
  run.end(state, "a reason", state == RunEnded::State::finished ? "runs/tiny/model" : "");
}

}  // namespace

TEST_CASE("console durations, magnitudes and figures", "[unit][plugins]") {
  CHECK(console::duration(0) == "0.0 s");
  CHECK(console::duration(12.34) == "12.3 s");
  CHECK(console::duration(59.96) == "1 min 00 s");
  CHECK(console::duration(63) == "1 min 03 s");
  CHECK(console::duration(3599.6) == "1 h 00 min");
  CHECK(console::duration(7500) == "2 h 05 min");
  CHECK(console::magnitude(999) == "999");
  CHECK(console::magnitude(1000) == "1.0 k");
  CHECK(console::magnitude(999'960) == "1.0 M");
  CHECK(console::magnitude(22'713'216) == "22.7 M");
  CHECK(console::magnitude(1'500'000'000) == "1.5 G");
  CHECK(console::figure("loss", 0.41236) == "loss 0.4124");
  CHECK(console::figure("loss", 0.00012345) == "loss 1.23e-04");
  CHECK(console::figure("loss", 0) == "loss 0.0000");
  CHECK(console::figure("loss", -std::nan("")) == "loss nan");
}

TEST_CASE("console line of training shows what has room", "[unit][plugins]") {
  auto training = halfway();
  CHECK(console::training_line(training, 120, false) ==
        "epoch 2/5 ▕████████                      ▏ step 31/107  loss 0.4123  1 min 03 s left  512 examples/s");
  CHECK(console::training_line(training, 79, false) ==
        "epoch 2/5 ▕██       ▏ step 31/107  loss 0.4123  1 min 03 s left  512 examples/s");
  CHECK(console::training_line(training, 79, true) ==
        "epoch 2/5 \x1b[36m▕██       ▏\x1b[0m step 31/107  loss 0.4123  1 min 03 s left  512 examples/s");
  training.last_f1 = 0.4512;
  training.best_f1 = 0.462;
  CHECK(console::training_line(training, 120, false) ==
        "epoch 2/5 ▕███████                   ▏ step 31/107  loss 0.4123  1 min 03 s left  F1 0.4512, best 0.4620  512 "
        "examples/s");
  CHECK(console::training_line(training, 60, false) == "epoch 2/5 ▕█     ▏ step 31/107  loss 0.4123  1 min 03 s left");
  CHECK(console::training_line(training, 25, false) == "epoch 2/5 step 31/107");
  CHECK(console::training_text(training) ==
        "epoch 2/5  step 31/107  loss 0.4123  1 min 03 s left  F1 0.4512, best 0.4620  512 examples/s");
}

TEST_CASE("console line of an activity", "[unit][plugins]") {
  const ActivityAdvanced tokenize{"tokenize train", "sentences", 12000, 40000};
  CHECK(console::activity_line(tokenize, 25'040, 79, false) ==
        "tokenize train ▕█████████                     ▏ 12000/40000 sentences  25.0 k/s");
  CHECK(console::activity_line({"read train", "sentences", 12000, 0}, 950, 79, false) ==
        "read train 12000 sentences  950/s");
  CHECK(console::activity_text(tokenize, 25'040) == "tokenize train  12000/40000 sentences  25.0 k/s");
}

TEST_CASE("console line of a data set says what became of it", "[unit][plugins]") {
  ExampleCounts counts;
  counts.sentences = 3394;
  counts.words = 62730;
  using Parts = std::vector<std::string>;
  CHECK(console::data_parts("train", counts, 13) == Parts{"train", "3394 sentences", "62730 words", "13 labels"});
  counts.sentences = counts.words = counts.cut = 1;
  counts.windows = 3;
  counts.cut_words = 1;
  CHECK(console::data_parts("dev", counts, 0) ==
        Parts{"dev", "1 sentence", "1 word", "1 long sentence in 3 windows", "1 word cut short"});
  counts.windows = counts.cut_words = 0;
  counts.cut = 2;
  counts.lost_words = 40;
  CHECK(console::data_parts("test", counts, 0) ==
        Parts{"test", "1 sentence", "1 word", "2 sentences cut, 40 words lost"});
}

TEST_CASE("console lines are never wider than the terminal", "[unit][plugins]") {
  auto training = halfway();
  training.last_f1 = training.best_f1 = 0.5;
  for (int width = 5; width < 200; ++width) {
    CAPTURE(width);
    CHECK(shown(console::training_line(training, width, width % 2 == 0)) <= width);
    CHECK(shown(console::activity_line({"tokenize train", "sentences", 12000, 40000}, 25'040, width, true)) <= width);
  }
}

TEST_CASE("console wraps what stays, and cuts what is too long", "[unit][plugins]") {
  CHECK(console::wrapped({"one", "two", "three"}, 20) == "one  two  three\n");
  CHECK(console::wrapped({"one", "two", "three"}, 14) == "one  two\n  three\n");
  CHECK(console::wrapped({"one", "äöüäöüäöüäöü"}, 10) == "one\n  äöüäöüä…\n");
}

TEST_CASE("console sink where nothing can be redrawn", "[unit][plugins]") {
  SinkRun run;
  run.add("console");
  const CapturedStderr captured;
  deliver_run(run);
  CHECK(captured.text() ==
        "tiny  cpu  2 threads  150 parameters learn, 1.1 k frozen  boundary 1\n"
        "train  6 sentences  60 words  2 labels  1 long sentence in 2 windows\n"
        "dev  2 sentences  3 words\n"
        "epoch 1/2  train loss 0.5000  dev loss 0.7500  dev F1 0.5000  12.3 s\n"
        "epoch 2/2  train loss 0.2500  dev loss 0.7500  dev F1 0.2500  12.3 s\n"
        "test  loss 0.8000  F1 0.1250\n"
        "finished in 1 min 03 s  dev F1 0.2500  best 0.5000 in epoch 1  test F1 0.1250\n"
        "run folder  " +
            run.folder.path().string() + "\nmodel       runs/tiny/model\n");
}

TEST_CASE("console sink keeps quiet when it is told", "[unit][plugins]") {
  SinkRun run;
  run.console.quiet = true;
  run.console.live = GENERATE(false, true);
  run.add("console");
  const CapturedStderr captured;
  deliver_run(run);
  CHECK(captured.text().empty());
}

TEST_CASE("console sink says nothing before it knows how", "[unit][plugins]") {
  SinkRun run;
  run.add("console");
  const CapturedStderr captured;
  run.bus.activity_advanced({"tokenize train", "sentences", 1, 2});
  run.end(RunEnded::State::failed);
  CHECK(captured.text().empty());
}

TEST_CASE("console sink tells in colour how it ended", "[unit][plugins]") {
  SinkRun run;
  run.console.color = true;
  run.add("console");
  const CapturedStderr captured;
  const auto state = GENERATE(RunEnded::State::finished, RunEnded::State::failed, RunEnded::State::interrupted);
  deliver_run(run, state);
  const std::string expected = state == RunEnded::State::finished ? "\x1b[32mfinished in 1 min 03 s\x1b[0m  dev F1"
                               : state == RunEnded::State::failed
                                   ? "\x1b[31mfailed after 1 min 03 s\x1b[0m  dev F1"
                                   : "\x1b[33minterrupted after 1 min 03 s\x1b[0m  dev F1";
  CHECK(captured.text().find(expected) != std::string::npos);
}

TEST_CASE("console sink leaves a filling among steps out of the time left", "[unit][plugins]") {
  SinkRun run;
  run.console.live = true;
  run.console.width = 100;
  run.add("console");
  const CapturedStderr captured;
  run.start();
  run.start_epoch(1);
  run.step(1, 1);
  const auto fill = [&](milliseconds takes) {
    run.bus.activity_advanced({"fill boundary 1 of train", "tokens", 1, 80});
    std::this_thread::sleep_for(takes);
    run.bus.activity_advanced({"fill boundary 1 of train", "tokens", 80, 80});
  };
  const auto seconds_left = [&] {
    std::this_thread::sleep_for(milliseconds(120));  // less would not be drawn
    run.step(1, 2);
    const auto text = captured.text();
    const auto end = text.rfind(" s left"), begin = text.rfind("  ", end);
    REQUIRE(end != std::string::npos);
    return std::stod(text.substr(begin + 2, end - begin - 2));
  };
  SECTION("between two steps") {
    // Two steps are left of the next epoch, each of .12 s; with the filling they would be 1.6 s each, 3.1 s in all.
    fill(milliseconds(3000));
    CHECK(seconds_left() < 2.8);
  }
  SECTION("within an evaluation") {
    // The evaluation's seconds are left out, and the filling's among them only once: what is left does not get
    // negative.
    run.bus.evaluation_started({1, "dev"});
    fill(milliseconds(500));
    run.bus.evaluated({1, "dev", 1, true, &run.labels, &run.labels, .75});
    CHECK(seconds_left() > .05);
  }
}

TEST_CASE("console sink sets what was predicted beside what it took", "[unit][plugins]") {
  SinkRun run;
  run.add("console");
  const CapturedStderr captured;
  run.start();
  const CostComparison cost{7.3, 7.1, 41, 41.3};
  run.bus.run_ended({RunEnded::State::finished, "", nullptr, {}, nullptr, 41.3, &cost});
  CHECK(captured.text().find("predicted 7.3 s an epoch, 41.0 s in all  took 7.1 s and 41.3 s\n") != std::string::npos);
}

TEST_CASE("console sink says what the cache did, and what of it is on a device", "[unit][plugins]") {
  SinkRun run;
  run.add("console");
  const CapturedStderr captured;
  run.start();
  CacheUse use{.mode = "disk", .hits = 90, .misses = 12, .bytes_read = 4'500'000, .seconds_saved = 3.2};
  run.bus.run_ended({RunEnded::State::finished, "", nullptr, {}, &use, 41.3});
  CHECK(captured.text().find("cache disk  90 hits  12 misses  4.5 MB read  saved 3.2 s\n") != std::string::npos);
  use.bytes_on_device = 1'500'000;
  run.bus.run_ended({RunEnded::State::finished, "", nullptr, {}, &use, 41.3});
  CHECK(captured.text().find("cache disk  90 hits  12 misses  4.5 MB read  1.5 MB on the device  saved 3.2 s\n") !=
        std::string::npos);
}

TEST_CASE("console sink redraws one line at most ten times a second", "[unit][plugins]") {
  SinkRun run;
  run.console.live = true;
  run.add("console");
  const CapturedStderr captured;
  run.start();
  run.start_epoch(1);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < milliseconds(450)) run.step(1, 1);
  const auto text = captured.text();
  const auto drawn = std::count(text.begin(), text.end(), '\r');
  CHECK(drawn >= 1);
  CHECK(drawn <= 5);
  CHECK(text.find("\repoch 1/2 ▕") != std::string::npos);
  run.end_epoch(1);
  // The line gives way to the one that stays.
  CHECK(captured.text().ends_with("\x1b[K\r\x1b[Kepoch 1/2\n"));
}

TEST_CASE("console sink shows an activity once it takes its time", "[unit][plugins]") {
  SinkRun run;
  run.console.live = true;
  run.add("console");
  const CapturedStderr captured;
  run.start();
  const auto before = captured.text();
  run.bus.activity_advanced({"evaluate dev", "examples", 1, 10});
  CHECK(captured.text() == before);
  std::this_thread::sleep_for(milliseconds(350));
  run.bus.activity_advanced({"evaluate dev", "examples", 5, 10});
  const auto drawn = captured.text().substr(before.size());
  CHECK(drawn.starts_with("\revaluate dev ▕██████████"));
  CHECK(drawn.find("▏ 5/10 examples  1") != std::string::npos);  // 10 or 11 in a second
  CHECK(drawn.ends_with("/s\x1b[K"));
  run.bus.activity_advanced({"evaluate dev", "examples", 10, 10});
  CHECK(captured.text().ends_with("\x1b[K\r\x1b[K"));
}

TEST_CASE("console sink shows what goes on before the run has started, and leaves no line behind", "[unit][plugins]") {
  SinkRun run;
  run.console.live = GENERATE(false, true);
  const CapturedStderr captured;
  {
    EventBus bus;
    bus.add(open_plugin<Sink>("console", "console"), "console", "console.so");
    bus.run_opened({run.console});
    bus.activity_advanced({"read train", "sentences", 100, 0});
    CHECK(captured.text().empty());
    std::this_thread::sleep_for(milliseconds(run.console.live ? 350 : 2050));
    bus.activity_advanced({"read train", "sentences", 500, 0});
    CHECK(captured.text().find("read train" + std::string(run.console.live ? " " : "  ") + "500 sentences  ") !=
          std::string::npos);
  }
  CHECK(captured.text().ends_with(run.console.live ? "/s\x1b[K\r\x1b[K" : "/s\n"));
}

}  // namespace fthost
