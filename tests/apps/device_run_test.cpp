// Whole runs on a CUDA device.

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/cuda_device.h"

namespace fthost {
namespace {

TEST_CASE("a run on a CUDA device reads its cache there, and comes to the same", "[gpu][apps][cache]") {
  if (!has_cuda_device()) return;
  const TinyPipeline tiny;
  const auto storage = std::string("cache.storage=") + GENERATE("f32", "bf16");
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  INFO(storage << " " << head);
  const auto run = [&](const std::string& name, const std::string& option) {
    tiny.run_as(name, {"run.device=cuda", "cache.mode=memory", storage, head, option});
    return tiny.record(name);
  };
  const auto host = run("host", "cache.device_memory=0"), device = run("device", "cache.mode=memory");
  CHECK(host.at("cache").at("bytes_on_device") == 0);
  CHECK(device.at("cache").at("bytes_on_device").get<int>() > 0);
  CHECK(device.at("cache").at("bytes_on_device") <= device.at("cache").at("bytes_held"));
  for (const auto* count : {"hits", "misses", "bytes_read"})
    CHECK(device.at("cache").at(count) == host.at("cache").at(count));
  // Operators on a device need not add up in the same order each time.
  for (const auto* figure : {"train_loss", "dev_loss"})
    CHECK(device.at("metrics").at(figure).get<double>() ==
          Approx(host.at("metrics").at(figure).get<double>()).epsilon(1e-3));
}

TEST_CASE("a loss that is no number ends a run on a CUDA device before weights change", "[gpu][apps]") {
  if (!has_cuda_device()) return;
  const TinyPipeline tiny;
  const auto outcome = tiny.run({"--set", "run.device=cuda", "--set", "optimizer.lr=1e38"});
  CHECK(outcome.status == 1);
  CHECK(tiny.record().at("reason").get<std::string>().starts_with("the loss is nan in step 2, "));
  CHECK(tiny.events("tiny", "run_ended").size() == 1);
}

}  // namespace
}  // namespace fthost
