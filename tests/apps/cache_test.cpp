// The rows below the boundary, kept and read again.

#include <fstream>
#include <sstream>

#include "core/cache/folder.h"
#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// Losses and figures of every epoch, to the last digit, without times.
std::string figures(const TinyPipeline& tiny, const std::string& run) {
  std::istringstream lines(tiny.read("runs/" + run + "/metrics.csv"));
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    std::size_t end = 0;
    for (int column = 0; column < 6; ++column) end = line.find(',', end) + 1;
    all += line.substr(0, end) + "\n";
  }
  return all;
}

nlohmann::json cache(const TinyPipeline& tiny, const std::string& run) {
  return tiny.record(run).at("cache");
}

/// Train has 12 different sentences of 24, dev 6 that are all among them. In f32 the first step computes its own rows
/// when they are not there yet: of a batch of 8.
constexpr int kDifferent = 12;
constexpr int kFirstBatch = 8;
constexpr int kAsked = 3 * (24 + 6) - kFirstBatch;
constexpr int kComputed = kDifferent + kFirstBatch;

TEST_CASE("cached and uncached runs give the same losses to the last bit", "[pipeline][apps][cache]") {
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  const auto layers = std::string("freezing.layers=") + GENERATE("0", "1");
  INFO(head << " " << layers);
  const TinyPipeline tiny;
  tiny.run_as("off", {"cache.mode=off", head, layers});
  for (const auto* mode : {"memory", "disk"}) {
    const auto name = std::string(mode);
    tiny.run_as(name, {"cache.mode=" + name, head, layers});
    CHECK(figures(tiny, name) == figures(tiny, "off"));
    CHECK(tiny.weights(name) == tiny.weights("off"));
    CHECK(cache(tiny, name).at("mode") == mode);
    CHECK(cache(tiny, name).at("hits") == kAsked);
    CHECK(cache(tiny, name).at("misses") == kComputed);
  }
  // A later process finds what the earlier one left.
  tiny.run_as("later", {"cache.mode=disk", head, layers});
  CHECK(figures(tiny, "later") == figures(tiny, "off"));
  CHECK(cache(tiny, "later").at("misses") == 0);
  CHECK(cache(tiny, "later").at("reused") == kDifferent + 6);
  CHECK(cache(tiny, "off").at("mode") == "off");
}

TEST_CASE("the first step comes before the filling where that changes no bit", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("f32", {"cache.mode=disk"});
  tiny.run_as("bf16", {"cache.mode=disk", "run.precision=bf16"});
  CHECK(cache(tiny, "f32").at("misses") == kComputed);
  CHECK(cache(tiny, "bf16").at("misses") == kDifferent);
  // One epoch of one step: nothing would read what was filled.
  tiny.run_as("one", {"cache.mode=disk", "train.epochs=1", "train.batch_size=24", "freezing.layers=0"});
  CHECK(cache(tiny, "one").at("misses") == 24 + 6);
}

TEST_CASE("a boundary is filled from a lower one that is there", "[pipeline][apps][cache]") {
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  INFO(head);
  const TinyPipeline tiny;
  tiny.run_as("one", {"cache.mode=disk", "freezing.layers=1", head});
  // The top layer's input is there; only the top layer is computed. Bits are those of a run without a cache.
  tiny.run_as("none", {"cache.mode=disk", "freezing.layers=0", head});
  tiny.run_as("none-off", {"cache.mode=off", "freezing.layers=0", head});
  CHECK(figures(tiny, "none") == figures(tiny, "none-off"));
  CHECK(tiny.weights("none") == tiny.weights("none-off"));
  CHECK(cache(tiny, "none").at("misses") == kComputed);
}

TEST_CASE("rows of all stages take room for all, and are no other head's", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("top", {"cache.mode=disk", "freezing.layers=0"});
  tiny.run_as("all", {"cache.mode=disk", "freezing.layers=0", "head.plugin=ner-scalar-mix"});
  CHECK(cache(tiny, "all").at("misses") == kComputed);
  CHECK(cache(tiny, "all").at("bytes_read").get<int>() == 3 * cache(tiny, "top").at("bytes_read").get<int>());
  // Below the uppermost of two layers there are the embeddings' rows and one layer's.
  tiny.run_as("two", {"cache.mode=disk", "freezing.layers=1", "head.plugin=ner-scalar-mix"});
  CHECK(cache(tiny, "two").at("bytes_read").get<int>() == 2 * cache(tiny, "top").at("bytes_read").get<int>());
}

TEST_CASE("the cache is no wider than its budget, and the result is the same", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("off", {"cache.mode=off"});
  tiny.run_as("nothing", {"cache.mode=memory", "cache.memory=0"});
  CHECK(figures(tiny, "nothing") == figures(tiny, "off"));
  CHECK(cache(tiny, "nothing").at("hits") == 0);
  CHECK(cache(tiny, "nothing").at("bytes_held") == 0);
}

TEST_CASE("what may be kept on a device means nothing on a CPU", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("unsaid", {"cache.mode=memory"});
  tiny.run_as("said", {"cache.mode=memory", "cache.device_memory=64"});
  CHECK(tiny.weights("said") == tiny.weights("unsaid"));
  CHECK(cache(tiny, "said").at("bytes_on_device") == 0);
  CHECK(tiny.read("runs/said/pipeline.toml").find("device_memory = 64\n") != std::string::npos);
  CHECK(tiny.read("runs/unsaid/pipeline.toml").find("device_memory") == std::string::npos);
}

TEST_CASE("rows kept in bf16 take half the room and round", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  const auto head = std::string("head.plugin=") + GENERATE("ner", "ner-scalar-mix");
  INFO(head);
  tiny.run_as("f32", {"cache.mode=memory", head});
  tiny.run_as("bf16", {"cache.mode=memory", "cache.storage=bf16", head});
  CHECK(cache(tiny, "bf16").at("bytes_read").get<double>() == cache(tiny, "f32").at("bytes_read").get<double>() / 2);
  CHECK(figures(tiny, "bf16") != figures(tiny, "f32"));
  const auto loss = [&](const char* name) { return tiny.record(name).at("metrics").at("dev_loss").get<double>(); };
  CHECK(loss("bf16") == Approx(loss("f32")).epsilon(0.02));
}

TEST_CASE("a changed weight, number type or token is never served an old row", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("first", {"cache.mode=disk"});
  const auto misses = [&](const std::string& name, const std::vector<std::string>& options) {
    tiny.run_as(name, options);
    return cache(tiny, name).at("misses").get<int>();
  };
  CHECK(misses("same", {"cache.mode=disk"}) == 0);
  CHECK(misses("type", {"cache.mode=disk", "run.precision=bf16"}) == kDifferent);
  CHECK(misses("storage", {"cache.mode=disk", "cache.storage=bf16"}) == kComputed);
  CHECK(misses("threads", {"cache.mode=disk", "run.threads=2"}) == kComputed);

  // One bit of one weight below the boundary.
  const auto copy = tiny.folder() / "copy";
  fs::copy(TinyPipeline::model(), copy);
  CHECK(misses("moved", {"cache.mode=disk", "model.path=copy"}) == 0);
  std::fstream weights(copy / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
  std::uint64_t header = 0;
  weights.read(reinterpret_cast<char*>(&header), sizeof header);
  std::string text(header, ' ');
  weights.read(text.data(), static_cast<std::streamsize>(header));
  const auto tensors = nlohmann::json::parse(text);
  const auto begin = tensors.at("bert.encoder.layer.0.output.dense.bias").at("data_offsets").at(0).get<std::uint64_t>();
  const auto at = static_cast<std::streamoff>(sizeof header + header + begin);
  weights.seekg(at);
  const char byte = static_cast<char>(weights.get() ^ 1);
  weights.seekp(at);
  weights.put(byte);
  weights.close();
  CHECK(misses("weight", {"cache.mode=disk", "model.path=copy"}) == kComputed);

  // A sentence that was not there before.
  tiny.folder().write("dev.conll", "anna\tB-PER\nwent\tO\nhome\tO\n");
  CHECK(misses("token", {"cache.mode=disk"}) == 1);
}

TEST_CASE("a damaged file of the cache is dropped with a warning and computed again", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("first", {"cache.mode=disk"});
  for (const auto& segment : list_segments(tiny.folder() / "cache")) fs::resize_file(segment.path, segment.bytes - 1);
  const auto said = tiny.run_as("second", {"cache.mode=disk"});
  CHECK(said.find("is damaged (it is too short for the rows that it names): removed") != std::string::npos);
  CHECK(cache(tiny, "second").at("misses") == kComputed);
  CHECK(tiny.weights("second") == tiny.weights("first"));
}

TEST_CASE("a folder that takes no files ends caching on it, not the run", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.folder().write("file", "");
  tiny.run_as("off", {"cache.mode=off"});
  tiny.run_as("auto", {"cache.path=/proc/cache"});
  CHECK(figures(tiny, "auto") == figures(tiny, "off"));
  const auto said = tiny.run_as("disk", {"cache.mode=disk", "cache.path=file/cache"});
  CHECK(said.find("the cache takes no more files in this run: ") != std::string::npos);
  CHECK(figures(tiny, "disk") == figures(tiny, "off"));
}

TEST_CASE("rows that fit are read, and the others computed, in one batch", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  // 900 different sentences of 15 tokens, 128 bytes a row: 1.7 MB for a budget of 1 MiB.
  std::string text;
  for (int i = 0; i < 900; ++i) {
    for (int k = 0; k < 12; ++k) text += std::string(((i >> k) & 1) != 0 ? "anna" : "was") + "\tO\n";
    text += "paris\tB-LOC\n\n";
  }
  tiny.folder().write("train.conll", text);
  const auto with = [&](const char* mode) {
    tiny.run_as(mode, {"train.epochs=2", "train.batch_size=16", "optimizer.lr=1e-3", "cache.memory=1",
                       std::string("cache.mode=") + mode});
  };
  with("off");
  with("memory");
  CHECK(figures(tiny, "memory") == figures(tiny, "off"));
  CHECK(cache(tiny, "memory").at("hits").get<int>() > 300);
  CHECK(cache(tiny, "memory").at("misses").get<int>() > 900);
  CHECK(cache(tiny, "memory").at("bytes_held").get<int>() > 500'000);
  CHECK(cache(tiny, "memory").at("bytes_held").get<int>() <= 1 << 20);
}

TEST_CASE("two runs that fill one cache at once both end well", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("off", {"cache.mode=off"});
  const auto start = [&](const char* name) {
    return std::vector<std::string>{"tiny.toml", "--set", std::string("run.name=") + name, "--set", "cache.mode=disk"};
  };
  Program first(start("first"), tiny.folder().path()), second(start("second"), tiny.folder().path());
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);
  for (const auto* name : {"first", "second"}) CHECK(tiny.weights(name) == tiny.weights("off"));
  tiny.run_as("third", {"cache.mode=disk"});
  CHECK(cache(tiny, "third").at("misses") == 0);
}

TEST_CASE("dropout in the prefix and gradients through it leave the cache alone", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  tiny.run_as("dropout", {"cache.mode=disk", "freezing.frozen_dropout=true"});
  tiny.run_as("all", {"cache.mode=disk", "train.clip_over=all"});
  for (const auto* name : {"dropout", "all"}) CHECK_FALSE(tiny.record(name).contains("cache"));
  CHECK_FALSE(fs::exists(tiny.folder() / "cache"));
}

TEST_CASE("the cache says what it chose by itself, and why", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  // No sentence comes twice, and each is asked for once: keeping rows cannot pay.
  tiny.folder().write("train.conll", "anna\tB-PER\nwent\tO\n\nparis\tB-LOC\nwas\tO\n\nanna\tB-PER\nwas\tO\n");
  tiny.folder().write("dev.conll", "paris\tB-LOC\nwent\tO\n");
  const auto once = tiny.run_as("once", {"train.epochs=1"});
  CHECK(once.find("boundary 1  cache off") != std::string::npos);
  CHECK(once.find(": keeping costs ") != std::string::npos);
  const auto often = tiny.run_as("often", {"train.epochs=40", "cache.disk=0"});
  CHECK(often.find("boundary 1  cache memory") != std::string::npos);
  CHECK(often.find(": saves about ") != std::string::npos);
}

TEST_CASE("one epoch over sentences that come twice pays for keeping them", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  const auto said = tiny.run_as("once", {"train.epochs=1", "cache.disk=0"});
  CHECK(said.find("boundary 1  cache memory") != std::string::npos);
}

}  // namespace
}  // namespace fthost
