// Ctrl-C.

#include <chrono>
#include <csignal>
#include <thread>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

/// Returns when `condition` holds, or fails after a minute.
template <class Condition>
void wait_until(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TEST_CASE("the first signal finishes the step, writes what there is, and exits with its number", "[pipeline][apps]") {
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    INFO(signal);
    const TinyPipeline tiny;
    Program program({"tiny.toml", "--set", "train.epochs=100000"}, tiny.folder().path());
    wait_until([&] { return tiny.read("runs/tiny/events.jsonl").find("step_ended") != std::string::npos; });
    program.signal(signal);
    CHECK(program.wait() == status);
    CHECK(tiny.record().at("state") == "interrupted");
    CHECK(std::filesystem::exists(tiny.folder() / "runs/tiny/model/model.safetensors"));
    const auto events = tiny.read("runs/tiny/events.jsonl");
    CHECK(events.find("\"run_ended\"") != std::string::npos);
    CHECK(events.ends_with("\n"));
  }
}

}  // namespace
}  // namespace fthost
