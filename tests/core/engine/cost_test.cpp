#include "core/engine/cost.h"

#include <filesystem>
#include <set>
#include <string>

#include "core/engine/cache_choice.h"
#include "core/engine/memory.h"
#include "tests/catch.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

/// Embeddings of 100 elements, four layers of 10 each in two tensors, a head of 2.
Topology topology() {
  Topology shape;
  shape.hidden_size = 8;
  const auto add = [&](const std::string& name, std::int64_t elements) {
    shape.stages.push_back({name});
    const int stage = static_cast<int>(shape.stages.size()) - 1;
    shape.tensors.push_back({name + ".weight", {elements / 2}, stage});
    shape.tensors.push_back({name + ".bias", {elements / 2}, stage});
  };
  add("embeddings", 100);
  for (int i = 0; i < 4; ++i) add("layer." + std::to_string(i), 10);
  add("head", 2);
  return shape;
}

const Calibration kMeasured{.embeddings = 1,
                            .layer = 10,
                            .head_step = 2,
                            .one_step = 32,
                            .layers_step = 122,
                            .full_step = 126,
                            .update = 0.5,
                            .step = 3,
                            .read = 0.25,
                            .write = 0.125};

Workload work(bool cached) {
  return {.train_tokens = 1000,
          .dev_tokens = 100,
          .test_tokens = 10,
          .steps = 4,
          .evaluations = 1,
          .epochs = 3,
          .batch_tokens = 10,
          .cache_room = cached ? std::int64_t{1} << 30 : 0};
}

}  // namespace

TEST_CASE("cost of a plan is what its suffix takes, and its prefix where it is not kept", "[unit][engine]") {
  const auto rows = predict_costs(topology(), kMeasured, work(true));
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].name == "classifier only");
  CHECK(rows[0].boundary == "4");
  CHECK(rows[0].learning_parameters == 2);
  // 1000 tokens, each 2 for the head and .25 to read; 4 steps of 3, and of 2 elements at .5.
  CHECK(rows[0].epoch_seconds == Approx(1000 * 2.25 + 4 * (3 + 1)));
  // Without a cache the embeddings and four layers besides.
  CHECK(rows[0].uncached_seconds == Approx(1000 * (2 + 41) + 4 * (3 + 1)));
  CHECK(rows[0].fill_seconds == Approx(1110 * (41 + 0.125)));
  CHECK(rows[0].cache_bytes == 1110 * 8 * 4);
  CHECK(rows[0].evaluation_seconds == Approx(100 * 0.25));
  CHECK(rows[0].total_seconds ==
        Approx(rows[0].fill_seconds + 10 * 0.25 + 3 * (rows[0].epoch_seconds + rows[0].evaluation_seconds)));
  // Between one layer (32) and four (122) in a straight line.
  CHECK(rows[2].name == "last 2");
  CHECK(rows[2].epoch_seconds == Approx(1000 * (62 + 0.25) + 4 * (3 + 0.5 * 22)));
  CHECK(rows[2].evaluation_seconds == Approx(100 * (20 + 0.25)));
  CHECK(rows[5].name == "full");
  CHECK(rows[5].boundary == "embeddings");
  CHECK(rows[5].epoch_seconds == Approx(1000 * 126 + 4 * (3 + 0.5 * 142)));
  CHECK(rows[5].fill_seconds == 0);
  CHECK(rows[5].cache_bytes == 0);
}

TEST_CASE("cost in memory is all that is held at once", "[unit][engine]") {
  const std::int64_t more = MemoryEstimate::kWorkspaceBytes;
  const auto rows = predict_costs(topology(), kMeasured, work(false));
  // 142 weights of 4 bytes; a gradient and two moments for the 2 that learn; 6 rows of 8 while 10 tokens pass a layer.
  CHECK(rows[0].peak_bytes - more == 142 * 4 + 2 * 12 + 10 * 6 * 8 * 4);
  // One layer keeps 8 rows of 8 for each of 10 tokens.
  CHECK(rows[1].peak_bytes - more == 142 * 4 + 12 * 12 + 10 * 8 * 8 * 4 + 10 * 6 * 8 * 4);
  // The embeddings keep one row a token.
  CHECK(rows[5].peak_bytes - more == 142 * 16 + 4 * 10 * 8 * 8 * 4 + 10 * 8 * 4 + 10 * 6 * 8 * 4);
}

TEST_CASE("cost in memory of a cache is its rows, and filling it", "[unit][engine]") {
  const auto rows = predict_costs(topology(), kMeasured, work(true));
  const std::int64_t kept = 1110 * 8 * 4;
  CHECK(rows[0].cache_bytes == kept);
  // All tokens pass a layer together, since they are few, and a segment is built of all of them: more than a step
  // takes.
  CHECK(rows[0].peak_bytes - MemoryEstimate::kWorkspaceBytes == 142 * 4 + 2 * 12 + 1110 * 6 * 8 * 4 + kept);
  CHECK(rows[5].cache_bytes == 0);
}

TEST_CASE("cost of an example that comes again is paid once, and it is kept as far as others are", "[unit][engine]") {
  auto again = work(true);
  again.train_repeated = 200;
  again.test_repeated = 10;  // as where the test set is the dev set
  const auto rows = predict_costs(topology(), kMeasured, again);
  CHECK(rows[0].fill_seconds == Approx(900 * (41 + 0.125)));
  CHECK(rows[0].cache_bytes == 900 * 8 * 4);
  CHECK(rows[0].epoch_seconds == Approx(1000 * 2.25 + 4 * (3 + 1)));
  CHECK(rows[0].evaluation_seconds == Approx(100 * 0.25));
  CHECK(rows[0].total_seconds ==
        Approx(rows[0].fill_seconds + 10 * 0.25 + 3 * (rows[0].epoch_seconds + rows[0].evaluation_seconds)));

  // Room for half of train's 800 different tokens: for half of all of its tokens, and for none of dev's.
  again.cache_room = 400 * 8 * 4;
  const auto half = predict_costs(topology(), kMeasured, again);
  CHECK(half[0].fill_seconds == Approx(400 * (41 + 0.125)));
  CHECK(half[0].epoch_seconds == Approx(1000 * 2 + 500 * (0.25 + 41) + 4 * (3 + 1)));
  CHECK(half[0].evaluation_seconds == Approx(100 * 41));
  CHECK(again.different_tokens() == 900);
}

TEST_CASE("cost of rows of all stages is that of so many rows", "[unit][engine]") {
  auto all = work(true);
  all.all_stages = true;
  const auto rows = predict_costs(topology(), kMeasured, all);
  // Five stages are read for the head alone, four when the uppermost layer learns.
  CHECK(rows[0].epoch_seconds == Approx(1000 * (2 + 5 * 0.25) + 4 * (3 + 1)));
  CHECK(rows[0].evaluation_seconds == Approx(100 * 5 * 0.25));
  CHECK(rows[0].fill_seconds == Approx(1110 * (41 + 5 * 0.125)));
  CHECK(rows[0].uncached_seconds == Approx(1000 * (2 + 41) + 4 * (3 + 1)));
  CHECK(rows[0].cache_bytes == 1110 * 5 * 8 * 4);
  CHECK(rows[1].epoch_seconds == Approx(1000 * (32 + 4 * 0.25) + 4 * (3 + 0.5 * 12)));
  CHECK(rows[1].cache_bytes == 1110 * 4 * 8 * 4);
  // While the cache is filled, a stage's rows are held twice: as it gave them, and gathered.
  CHECK(rows[0].peak_bytes - MemoryEstimate::kWorkspaceBytes ==
        142 * 4 + 2 * 12 + 1110 * (6 + 2 * 5) * 8 * 4 + 1110 * 5 * 8 * 4);

  all.cache_room = 0;
  const auto uncached = predict_costs(topology(), kMeasured, all);
  const std::int64_t row = 10 * 8 * 4;  // of a batch
  CHECK(uncached[0].peak_bytes - MemoryEstimate::kWorkspaceBytes == 142 * 4 + 2 * 12 + (6 + 5 + 5) * row);
  // Four from below, five gathered, and their gradients.
  CHECK(uncached[1].peak_bytes - MemoryEstimate::kWorkspaceBytes == 142 * 4 + 12 * 12 + (8 + 6 + 4 + 5 + 5) * row);
}

TEST_CASE("cost of what finds no room in the cache is that of computing it each time", "[unit][engine]") {
  auto half = work(true);
  half.cache_room = 500 * 8 * 4;  // half of the training set's rows
  const auto rows = predict_costs(topology(), kMeasured, half);
  CHECK(rows[0].epoch_seconds == Approx(500 * (2 + 0.25) + 500 * (2 + 41) + 4 * (3 + 1)));
  CHECK(rows[0].evaluation_seconds == Approx(100 * 41));
  CHECK(rows[0].fill_seconds == Approx(500 * (41 + 0.125)));
  CHECK(rows[0].cache_bytes == 500 * 8 * 4);
  CHECK(rows[0].peak_bytes - MemoryEstimate::kWorkspaceBytes == 142 * 4 + 2 * 12 + 500 * 6 * 8 * 4 + 500 * 8 * 4);

  // The training set and a quarter of the dev set; none of the test set.
  half.cache_room = 1025 * 8 * 4;
  const auto more = predict_costs(topology(), kMeasured, half);
  CHECK(more[0].epoch_seconds == Approx(1000 * (2 + 0.25) + 4 * (3 + 1)));
  CHECK(more[0].evaluation_seconds == Approx(25 * 0.25 + 75 * 41));
  CHECK(more[0].total_seconds ==
        Approx(1025 * (41 + 0.125) + 10 * 41 + 3 * (more[0].epoch_seconds + more[0].evaluation_seconds)));
}

TEST_CASE("cost of rows that are kept in bf16 is half the room", "[unit][engine]") {
  auto rounded = work(true);
  rounded.kept_bytes = 2;
  const auto rows = predict_costs(topology(), kMeasured, rounded);
  CHECK(rows[0].cache_bytes == 1110 * 8 * 2);
  CHECK(rows[0].fill_seconds == Approx(1110 * (41 + 0.125 / 2)));
  rounded.cache_room = 500 * 8 * 2;
  CHECK(predict_costs(topology(), kMeasured, rounded)[0].cache_bytes == 500 * 8 * 2);
}

TEST_CASE("cost without a cache has no fill", "[unit][engine]") {
  const auto rows = predict_costs(topology(), kMeasured, work(false));
  CHECK(rows[1].epoch_seconds == rows[1].uncached_seconds);
  CHECK(rows[1].fill_seconds == 0);
  CHECK(rows[1].evaluation_seconds == Approx(100 * (10 + 31)));
}

TEST_CASE("cost of a step whose frozen tensors have gradients is that of training everything", "[unit][engine]") {
  auto all = work(false);
  all.all_gradients = true;
  const auto shape = topology();
  const auto rows = predict_costs(shape, kMeasured, all);
  for (const auto& row : rows) CHECK(row.uncached_seconds == row.epoch_seconds);
  CHECK(rows[0].epoch_seconds == Approx(1000 * 126 + 4 * (3 + 0.5 * 2)));
  CHECK(rows[2].epoch_seconds == Approx(1000 * 126 + 4 * (3 + 0.5 * 22)));
  CHECK(rows[5].epoch_seconds == Approx(1000 * 126 + 4 * (3 + 0.5 * 142)));
  CHECK(rows[0].fill_seconds == 0);
  // Evaluating takes no gradients.
  CHECK(rows[0].evaluation_seconds == Approx(100 * 41));
  // A frozen tensor in the suffix saves nothing.
  std::vector<bool> biases;
  for (const auto& tensor : shape.tensors) biases.push_back(tensor.stage >= 4 && tensor.name.ends_with("bias"));
  const auto some = predict_cost(shape, make_plan(shape, biases), kMeasured, all);
  CHECK(some.epoch_seconds == Approx(1000 * 126 + 4 * (3 + 0.5 * 6)));
  // Weights and gradients of all, moments of the 2 that learn; what full fine-tuning keeps for its backward pass.
  CHECK(rows[0].peak_bytes - rows[5].peak_bytes == (2 - 142) * 8);

  all.all_stages = true;
  const auto mixed = predict_costs(shape, kMeasured, all);
  const std::int64_t row = 10 * 8 * 4;  // of a batch
  // Five from below, five gathered, and their gradients, on top of what the stages keep.
  CHECK(mixed[0].peak_bytes - rows[0].peak_bytes == (5 + 5 + 5) * row);
}

TEST_CASE("cost of frozen tensors in the suffix is two thirds", "[unit][engine]") {
  const auto shape = topology();
  std::vector<bool> biases;
  for (const auto& tensor : shape.tensors) biases.push_back(tensor.stage >= 4 && tensor.name.ends_with("bias"));
  const auto cost = predict_cost(shape, make_plan(shape, biases), kMeasured, work(true));
  // Half of the suffix is frozen: a third of that half falls away.
  CHECK(cost.epoch_seconds == Approx(1000 * (32 * (1 - 0.5 / 3) + 0.25) + 4 * (3 + 0.5 * 6)));
  CHECK(cost.learning_parameters == 6);
}

TEST_CASE("cache is chosen by what it saves", "[unit][engine]") {
  const CacheCost often{.compute = 1e-4,
                        .read = 1e-7,
                        .write = 1e-6,
                        .row_bytes = 1536,
                        .tokens_asked = 3000,
                        .tokens_there = 1000,
                        .tokens_missing = 1000,
                        .memory_bytes = 1e9,
                        .disk_bytes = 1e9};
  CHECK(choose_cache(often).mode == "disk");
  CHECK(choose_cache(often).reason == "computing 100 µs a token, reading 0.1 µs: saves about 0.2 s");
  auto cost = often;
  cost.disk_bytes = 0;
  CHECK(choose_cache(cost).mode == "memory");
  cost.memory_bytes = 0;
  CHECK(choose_cache(cost).mode == "off");
  // Asked for once and not there: nothing to save. There already: reading is cheaper.
  cost = often;
  cost.tokens_asked = 1000;
  CHECK(choose_cache(cost).mode == "off");
  CHECK(choose_cache(cost).reason == "computing 100 µs a token, reading 0.1 µs: keeping costs 0.0 s more");
  cost.tokens_missing = 0;
  CHECK(choose_cache(cost).mode == "disk");
  // A disk so slow that writing costs more than computing again.
  cost = often;
  cost.write = 1e-3;
  CHECK(choose_cache(cost).mode == "memory");
}

TEST_CASE("writing is measured where the cache writes, and leaves nothing", "[unit][engine]") {
  const TemporaryFolder folder;
  const auto cache = folder / "deep/cache";
  CHECK(measure_write(disk(), cache) > 0);
  const auto names = [](const std::filesystem::path& path) {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path)) found.insert(entry.path().filename().string());
    return found;
  };
  const std::set<std::string> prepared = {"CACHEDIR.TAG", ".gitignore"};
  CHECK(names(cache) == prepared);
  CHECK(names(folder.path()) == std::set<std::string>{"deep"});
  // Of create, write, sync, close and remove.
  FailingFiles once(3, FailingFiles::How::once), all(3, FailingFiles::How::from_then_on);
  CHECK_THROWS_WITH(measure_write(once, cache), "cannot sync: Input/output error");
  CHECK(names(cache) == prepared);
  CHECK_THROWS_WITH(measure_write(all, cache), "cannot sync: Input/output error");
}

}  // namespace fthost
