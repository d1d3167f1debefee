// Whole runs on a CUDA device.

#include <string>
#include <vector>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/cuda_device.h"

namespace fthost {
namespace {

TEST_CASE("a run on a CUDA device reads its cache there, and comes to the same", "[gpu][apps][cache]") {
  if (!has_cuda_device()) return;
  const TinyPipeline tiny;
  const auto types = GENERATE(std::vector<std::string>{"cache.storage=f32", "run.precision=f32"},
                              std::vector<std::string>{"cache.storage=bf16", "run.precision=f32"},
                              std::vector<std::string>{"cache.storage=bf16", "run.precision=bf16"});
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  INFO(types[0] << " " << types[1] << " " << head);
  const auto run = [&](const std::string& name, const std::string& option) {
    tiny.run_as(name, {"run.device=cuda", "cache.mode=memory", types[0], types[1], head, option});
    return tiny.record(name);
  };
  const auto host = run("host", "cache.device_memory=0"), device = run("device", "cache.mode=memory");
  CHECK(host.at("cache").at("bytes_on_device") == 0);
  CHECK(device.at("cache").at("bytes_on_device").get<int>() > 0);
  CHECK(device.at("cache").at("bytes_on_device") <= device.at("cache").at("bytes_held"));
  for (const auto* count : {"hits", "misses", "bytes_read"})
    CHECK(device.at("cache").at(count) == host.at("cache").at(count));
  for (const auto* figure : {"train_loss", "dev_loss"})
    CHECK(device.at("metrics").at(figure) == host.at("metrics").at(figure));
  const bool same_weights = tiny.weights("device") == tiny.weights("host");
  CHECK(same_weights);
}

TEST_CASE("two runs on a CUDA device give the same bits", "[gpu][apps]") {
  if (!has_cuda_device()) return;
  const TinyPipeline tiny;
  const auto precision = std::string("run.precision=") + GENERATE("f32", "bf16");
  INFO(precision);
  for (const auto* name : {"once", "again"}) tiny.run_as(name, {"run.device=cuda", "freezing.plugin=full", precision});
  CHECK(tiny.record("once").at("metrics").at("train_loss") == tiny.record("again").at("metrics").at("train_loss"));
  const bool same_weights = tiny.weights("once") == tiny.weights("again");
  CHECK(same_weights);
  CHECK_FALSE(tiny.changed_tensors("once").empty());
}

TEST_CASE("a loss that is no number ends a run on a CUDA device before weights change", "[gpu][apps]") {
  if (!has_cuda_device()) return;
  const TinyPipeline tiny;
  const auto precision = std::string("run.precision=") + GENERATE("f32", "bf16");
  INFO(precision);
  const auto outcome = tiny.run({"--set", "run.device=cuda", "--set", "optimizer.lr=1e38", "--set", precision});
  CHECK(outcome.status == 1);
  CHECK(tiny.record().at("reason").get<std::string>().starts_with("the loss is nan in step 2, "));
  CHECK(tiny.events("tiny", "run_ended").size() == 1);
}

}  // namespace
}  // namespace fthost
