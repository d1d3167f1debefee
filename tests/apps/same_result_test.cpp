// The same seed, machine and thread count: the same bits.

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

/// Without the sink `time`, metrics.csv holds nothing but results.
const std::vector<std::string> kWithoutTimes = {"--set", "run.default_sinks=false"};

std::vector<std::string> words(const std::string& name, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--set", "run.name=" + name});
  more.insert(more.end(), kWithoutTimes.begin(), kWithoutTimes.end());
  return more;
}

struct WithResultSinks : TinyPipeline {
  WithResultSinks() {
    std::ofstream(folder() / "tiny.toml", std::ios::app)
        << "\n[[sinks]]\nplugin = \"loss\"\n\n[[sinks]]\nplugin = \"f1\"\n\n[[sinks]]\nplugin = \"csv\"\n";
  }
};

TEST_CASE("five runs of one pipeline leave the same bits in model and metrics", "[pipeline][apps]") {
  const WithResultSinks tiny;
  for (const std::string threads : {"1", "2"}) {
    for (int i = 1; i <= 5; ++i)
      REQUIRE(tiny.run(words("t" + threads + "-" + std::to_string(i),
                             {"--set", "run.threads=" + threads, "--set", "freezing.plugin=full"}))
                  .status == 0);
    const auto first = "runs/t" + threads + "-1/";
    REQUIRE(tiny.read(first + "metrics.csv").size() > 100);
    for (int i = 2; i <= 5; ++i) {
      const auto other = "runs/t" + threads + "-" + std::to_string(i) + "/";
      CHECK(tiny.read(other + "metrics.csv") == tiny.read(first + "metrics.csv"));
      CHECK(tiny.read(other + "model/model.safetensors") == tiny.read(first + "model/model.safetensors"));
    }
  }
}

TEST_CASE("another seed gives another model", "[pipeline][apps]") {
  const WithResultSinks tiny;
  REQUIRE(tiny.run(words("a")).status == 0);
  REQUIRE(tiny.run(words("b", {"--set", "run.seed=7"})).status == 0);
  CHECK(tiny.read("runs/a/model/model.safetensors") != tiny.read("runs/b/model/model.safetensors"));
}

TEST_CASE("the resolved pipeline runs again, elsewhere, to the same result", "[pipeline][apps]") {
  const WithResultSinks tiny;
  REQUIRE(tiny.run(words("a")).status == 0);
  const TemporaryFolder elsewhere;
  const auto again = run_program({(tiny.folder() / "runs/a/pipeline.toml").string()}, elsewhere.path());
  INFO(again.err);
  REQUIRE(again.status == 0);
  CHECK(tiny.read("runs/a-2/pipeline.toml") == tiny.read("runs/a/pipeline.toml"));
  CHECK(tiny.read("runs/a-2/metrics.csv") == tiny.read("runs/a/metrics.csv"));
  CHECK(tiny.read("runs/a-2/model/model.safetensors") == tiny.read("runs/a/model/model.safetensors"));
}

}  // namespace
}  // namespace fthost
