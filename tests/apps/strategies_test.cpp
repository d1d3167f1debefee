// Strategies that are not those of run_test.cpp, in whole runs: what is frozen stays as it was, and the cache follows
// the boundary.

#include <fthost/safetensors.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

TEST_CASE("tensors chosen by name learn, and all others keep their bytes", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("by-name.toml", [&] {
    auto text = tiny.read("tiny.toml");
    const std::string old = "plugin = \"last-n-layers\"\nlayers = 1\n";
    return text.replace(text.find(old), old.size(),
                        "plugin = \"by-name\"\nlearn = ['layer\\.1\\..*bias$', '^classifier']\n");
  }());
  const auto outcome = run_program({"by-name.toml"}, tiny.folder().path());
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto changed = tiny.changed_tensors("by-name");
  CHECK(changed.size() == 8);
  for (const auto& name : changed) CHECK((name.starts_with("bert.encoder.layer.1.") && name.ends_with("bias")));
  CHECK(tiny.boundaries("by-name") == std::vector<std::string>{"1", "1", "1"});
}

TEST_CASE("the cache follows a boundary that moves down, and the result is that without it", "[pipeline][apps]") {
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  INFO(head);
  const TinyPipeline tiny;
  const std::vector<std::string> down = {"freezing.plugin=gradual", "train.epochs=4", "freezing.embeddings=true", head};
  for (const std::string mode : {"off", "memory", "disk"}) {
    auto options = down;
    options.push_back("cache.mode=" + mode);
    tiny.run_as(mode, options);
    CHECK(tiny.boundaries(mode) == std::vector<std::string>{"2", "1", "0", "embeddings"});
  }
  CHECK(tiny.weights("memory") == tiny.weights("off"));
  CHECK(tiny.weights("disk") == tiny.weights("off"));
}

TEST_CASE("the cache follows a boundary that moves up over layers that have learned", "[pipeline][apps]") {
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  INFO(head);
  const TinyPipeline tiny;
  const std::vector<std::string> up = {"freezing.plugin=adaptive", "train.epochs=6", "freezing.percentile=100", head};
  for (const std::string mode : {"off", "memory", "disk"}) {
    auto options = up;
    options.push_back("cache.mode=" + mode);
    tiny.run_as(mode, options);
  }
  // Two epochs of norms are needed; at the highest percentile all but the head freezes then.
  CHECK(tiny.boundaries("off") == std::vector<std::string>{"embeddings", "embeddings", "2", "2", "2", "2"});
  CHECK(tiny.weights("memory") == tiny.weights("off"));
  CHECK(tiny.weights("disk") == tiny.weights("off"));
}

TEST_CASE("rows in memory go on from where they were when the boundary moves up", "[pipeline][apps]") {
  using Texts = std::vector<std::string>;
  const bool mix = GENERATE(false, true);
  const std::string head = mix ? "head.plugin=ner-scalar-mix" : "head.plugin=ner";
  INFO(head);
  const TinyPipeline tiny;
  for (const std::string mode : {"off", "memory"})
    tiny.run_as(mode,
                {"freezing.plugin=adaptive", "train.epochs=8", "freezing.percentile=50", head, "cache.mode=" + mode});
  const Texts moves = mix ? Texts{"embeddings", "embeddings", "0", "1", "2", "2", "2", "2"}
                          : Texts{"embeddings", "embeddings", "embeddings", "embeddings", "1", "2", "2", "2"};
  CHECK(tiny.boundaries("memory") == moves);
  CHECK(tiny.weights("memory") == tiny.weights("off"));
  CHECK(tiny.read("runs/memory/log.txt").find("examples went on from boundary") != std::string::npos);
}

TEST_CASE("the best epoch's weights below a boundary that moved up are not served old rows", "[pipeline][apps]") {
  const TinyPipeline tiny;
  // The first sentence is one of train too, whose rows are kept by the time that the test set is evaluated.
  tiny.folder().write("test.conll", "peter\tB-PER\nwas\tO\nto\tO\nparis\tB-LOC\n\nzoe\tB-PER\nwas\tO\nhome\tO\n");
  // Weights move most while all layers learn: that is the best epoch by this figure.
  tiny.add_sink("drift");
  for (const std::string mode : {"off", "disk"})
    tiny.run_as(mode, {"freezing.plugin=adaptive", "train.epochs=4", "freezing.percentile=100", "train.keep=best",
                       "train.metric=drift_iterative", "data.test=test.conll", "cache.mode=" + mode});
  REQUIRE(tiny.boundaries("off").back() == "2");
  REQUIRE(tiny.record("off").at("kept_epoch") < 3);
  CHECK(tiny.weights("disk") == tiny.weights("off"));
  CHECK(tiny.record("disk").at("test") == tiny.record("off").at("test"));
  CHECK(tiny.record("disk").at("test").at("test_loss").is_number());
}

/// How far a run moved the elements of a tensor, on average. AdamW's first steps are about as long as the learning
/// rate, whatever the gradient.
double moved(const TinyPipeline& tiny, const std::string& run, const std::string& name) {
  const SafetensorsFile before(TinyPipeline::model() / "model.safetensors");
  const SafetensorsFile after(tiny.folder() / ("runs/" + run + "/model/model.safetensors"));
  const auto& tensor = after.tensors().at(name);
  std::vector<float> a(tensor.size / 4), b(tensor.size / 4);
  after.read(tensor, std::as_writable_bytes(std::span(a)));
  before.read(before.tensors().at(name), std::as_writable_bytes(std::span(b)));
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
  return sum / static_cast<double>(a.size());
}

const std::string kTopLayer = "bert.encoder.layer.1.output.dense.weight",
                  kLowLayer = "bert.encoder.layer.0.output.dense.weight";

TEST_CASE("layer decay slows lower stages down", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.run_as("even", {"freezing.plugin=full", "train.epochs=1"});
  tiny.run_as("decay", {"freezing.plugin=full", "train.epochs=1", "optimizer.layer_decay=0.1"});
  CHECK(moved(tiny, "decay", kTopLayer) / moved(tiny, "even", kTopLayer) == Approx(0.1).epsilon(0.3));
  CHECK(moved(tiny, "decay", kLowLayer) / moved(tiny, "even", kLowLayer) == Approx(0.01).epsilon(0.3));
}

TEST_CASE("a group of tensors learns at its own rate, the others as before", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const std::string group = "optimizer.groups=[{tensors=[\"layer.0\"], lr=1e-3}]";
  tiny.run_as("even", {"freezing.plugin=full", "train.epochs=1"});
  tiny.run_as("group", {"freezing.plugin=full", "train.epochs=1", group});
  CHECK(moved(tiny, "group", kLowLayer) / moved(tiny, "even", kLowLayer) == Approx(0.1).epsilon(0.3));
  CHECK(moved(tiny, "group", kTopLayer) / moved(tiny, "even", kTopLayer) == Approx(1).epsilon(0.1));
  REQUIRE(run_program({"runs/group/pipeline.toml"}, tiny.folder().path()).status == 0);
  CHECK(tiny.weights("group-2") == tiny.weights("group"));
}

TEST_CASE("a head's own tensors may learn at a rate of their own", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.run_as("even", {"head.plugin=ner-scalar-mix", "train.epochs=1", "optimizer.layer_decay=0.1"});
  tiny.run_as("group", {"head.plugin=ner-scalar-mix", "train.epochs=1",
                        "optimizer.groups=[{tensors=[\"^scalar_mix\\\\.weights$\"], lr=1e-3}]"});
  const auto largest = [&](const std::string& run) {
    const SafetensorsFile saved(tiny.folder() / ("runs/" + run + "/model/model.safetensors"));
    std::array<float, 3> weights{};
    saved.read(saved.tensors().at("scalar_mix.weights"), std::as_writable_bytes(std::span(weights)));
    double most = 0;
    for (const auto weight : weights) most = std::max(most, std::abs(static_cast<double>(weight)));
    return most;
  };
  // From 0, in three steps of AdamW at 1e-2, which fall to a third; layers' decay does not count for the head.
  CHECK(largest("even") == Approx(.02).epsilon(.2));
  CHECK(largest("group") / largest("even") == Approx(.1).epsilon(.3));
}

TEST_CASE("a group that names no tensor is refused before anything is trained", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("tiny.toml", tiny.read("tiny.toml") +
                                       "[[optimizer.groups]]\ntensors = [\"^classifier\", \"layer.7\"]\nlr = 1e-3\n");
  const auto outcome = tiny.run();
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "tiny.toml:32:11: error: 'layer.7' matches no tensor\n"
        "   32 | tensors = [\"^classifier\", \"layer.7\"]\n"
        "      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  tensors: list of texts; regular expressions, found anywhere in a name; the first group that names a "
        "tensor has it\n"
        "  they are called 'embeddings.word_embeddings.weight' … 'classifier.bias'; 'fthost plan --json' lists them\n");
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "runs"));
}

}  // namespace
}  // namespace fthost
