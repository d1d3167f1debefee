// What [run] and [train] change in how a pipeline is trained.

#include <tuple>
#include <utility>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

TEST_CASE("words that were cut off are no entities, wherever O stands among the labels", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("dev.conll", "anna\tB-PER\nwent\tO\nhome\tO\nto\tO\nthe\tO\nsea\tO\n\n");
  // Of each sentence the first two words are seen: a person and what is none.
  tiny.run_as("cut", {"data.max_length=4", "data.long=truncate", "freezing.plugin=full", "train.epochs=30",
                      "head.labels=[\"B-LOC\", \"B-PER\", \"O\"]"});
  CHECK(tiny.record("cut").at("metrics").at("dev_recall") == 1.0);
  CHECK(tiny.record("cut").at("metrics").at("dev_precision") == 1.0);
}

TEST_CASE("accumulated batches make the step of one large batch", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.run_as("large", {"train.batch_size=8", "freezing.plugin=full"});
  tiny.run_as("parts", {"train.batch_size=3", "train.accumulation_steps=3", "train.epochs=1"});
  tiny.run_as("halves", {"train.batch_size=4", "train.accumulation_steps=2", "freezing.plugin=full"});
  const auto large = tiny.events("large", "step_ended"), halves = tiny.events("halves", "step_ended");
  REQUIRE(large.size() == 9);
  REQUIRE(halves.size() == 9);
  for (std::size_t i = 0; i < large.size(); ++i) {
    CHECK(halves[i].at("examples") == large[i].at("examples"));
    CHECK(halves[i].at("tokens") == large[i].at("tokens"));
    CHECK(halves[i].at("loss").get<double>() == Approx(large[i].at("loss").get<double>()).epsilon(1e-4));
    CHECK(halves[i].at("gradient_norm").get<double>() ==
          Approx(large[i].at("gradient_norm").get<double>()).epsilon(1e-3));
  }
  // 24 sentences in batches of 3 are 8 batches: two steps of three batches and one of two.
  const auto parts = tiny.events("parts", "step_ended");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].at("examples") == 9);
  CHECK(parts[2].at("examples") == 6);
}

TEST_CASE("batches can be cut by tokens", "[pipeline][apps]") {
  const TinyPipeline tiny;
  auto text = tiny.read("tiny.toml");
  const std::string size = "batch_size = 8";
  tiny.folder().write("tiny.toml", text.replace(text.find(size), size.size(), "batch_tokens = 40"));
  tiny.run_as("tokens", {});
  const auto started = tiny.events("tokens", "run_started").at(0);
  const auto steps = tiny.events("tokens", "step_ended");
  CHECK(started.at("steps") == steps.size());
  std::int64_t examples = 0;
  for (const auto& step : steps) {
    CHECK(step.at("tokens").get<int>() <= 40);
    examples += step.at("examples").get<std::int64_t>();
  }
  CHECK(examples == 3 * 24);
  // The schedule ends at the last step, however many there are.
  CHECK(steps.back().at("lr").get<double>() == Approx(1e-2 / static_cast<double>(steps.size())));
  const auto again = run_program({"check", "runs/tokens/pipeline.toml"}, tiny.folder().path());
  CHECK(again.status == 0);
}

// torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm: of a small one that is more than rounding.
TEST_CASE("a step says what its gradients were multiplied by", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.run_as("small", {"train.clip_norm=1e-4", "optimizer.lr=1e-12", "train.epochs=1"});
  tiny.run_as("large", {"train.clip_norm=1e9", "train.epochs=1"});
  tiny.run_as("off", {"train.clip_norm=0", "train.epochs=1"});
  for (const auto& step : tiny.events("small", "step_ended")) {
    const auto norm = step.at("gradient_norm").get<double>();
    CHECK(step.at("clip_factor").get<double>() == Approx(1e-4 / (norm + 1e-6)).epsilon(1e-12));
  }
  for (const auto* run : {"large", "off"})
    for (const auto& step : tiny.events(run, "step_ended")) CHECK(step.at("clip_factor") == 1);
}

TEST_CASE("clipping over all counts the gradients of frozen tensors, which stay frozen", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const std::vector<std::string> alike = {"freezing.frozen_dropout=true", "train.epochs=1"};
  auto with = [&](std::vector<std::string> options) {
    options.insert(options.end(), alike.begin(), alike.end());
    return options;
  };
  tiny.run_as("full", with({"freezing.plugin=full"}));
  tiny.run_as("all", with({"train.clip_over=all"}));
  tiny.run_as("learning", with({}));
  const auto norm = [&](const std::string& name) {
    return tiny.events(name, "step_ended").at(0).at("gradient_norm").get<double>();
  };
  CHECK(norm("all") == Approx(norm("full")).epsilon(1e-5));
  CHECK(norm("learning") < 0.999 * norm("full"));
  CHECK(tiny.record("all").at("boundary") == "1");
}

TEST_CASE("dev can be evaluated within an epoch, and the best of all evaluations be kept", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.run_as("often", {"train.evaluate_every=1", "train.keep=best", "train.metric=dev_loss", "optimizer.lr=1.0",
                        "schedule.plugin=constant", "freezing.plugin=full"});
  const auto evaluated = tiny.events("often", "evaluated");
  REQUIRE(evaluated.size() == 9);
  double least = evaluated.at(0).at("loss");
  int best = 1;
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    CHECK(evaluated[i].at("step") == i + 1);
    CHECK(evaluated[i].at("within_epoch") == (i % 3 != 2));
    const double loss = evaluated[i].at("loss");
    if (loss < least) std::tie(least, best) = std::pair{loss, static_cast<int>(i) + 1};
  }
  const auto record = tiny.record("often");
  CHECK(record.at("kept_step") == best);
  CHECK(record.at("kept_epoch") == (best + 2) / 3);
  CHECK(record.at("metrics").at("dev_loss") == least);
}

TEST_CASE("products in bf16 learn the same to the number type's precision", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.run_as("f32", {});
  tiny.run_as("bf16", {"run.precision=bf16"});
  const auto f32 = tiny.events("f32", "step_ended"), bf16 = tiny.events("bf16", "step_ended");
  REQUIRE(f32.size() == bf16.size());
  bool equal = true;
  for (std::size_t i = 0; i < f32.size(); ++i) {
    const double a = f32[i].at("loss"), b = bf16[i].at("loss");
    CHECK(b == Approx(a).epsilon(0.03));
    equal = equal && a == b;
  }
  CHECK_FALSE(equal);
  CHECK(tiny.record("bf16").at("machine").at("precision") == "bf16");
}

}  // namespace
}  // namespace fthost
