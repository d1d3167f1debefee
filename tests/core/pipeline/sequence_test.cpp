#include "core/pipeline/sequence.h"

#include "tests/catch.h"
#include "tests/core/pipeline/pipeline_file.h"

namespace fthost {
namespace {

class SequenceFile : public PipelineFile {
 public:
  using PipelineFile::PipelineFile;

  Sequence load(const std::vector<std::string>& sets = {}) {
    auto sequence = load_sequence(file(), overrides(sets), registry());
    REQUIRE(sequence);
    return std::move(*sequence);
  }

  std::string refusal(const std::vector<std::string>& sets = {}) {
    return refusal_of([&] { load(sets); });
  }
};

const std::string kTwoTasks =
    "[[sequence]]\nname = \"a\"\n[[sequence]]\nname = \"b\"\ndata.train = \"b.conll\"\nfreezing.layers = 1\n";

TEST_CASE("sequence's tasks have folders of their own, and start from what the one before left", "[unit][sequence]") {
  SequenceFile file(kTwoTasks);
  const auto sequence = file.load();
  CHECK(sequence.name == "s");
  REQUIRE(sequence.tasks.size() == 2);
  const auto& first = sequence.tasks[0];
  const auto& second = sequence.tasks[1];
  CHECK(first.name == "a");
  CHECK(first.varied.empty());
  CHECK(first.run_folder() == sequence.folder / "1-a");
  CHECK(first.pipeline.model.options.path("path") == sequence.start);
  CHECK(sequence.start == file.folder() / "minilm");
  CHECK(second.run_folder() == sequence.folder / "2-b");
  CHECK(second.pipeline.model.options.path("path") == first.model_folder());
  CHECK(first.model_folder() == sequence.folder / "1-a/model");
  CHECK(second.pipeline.data.train == file.folder() / "b.conll");
  CHECK(second.pipeline.freezing.options.integer("layers") == 1);
  CHECK(first.pipeline.freezing.options.integer("layers") == 3);
  CHECK(second.varied ==
        std::vector<std::pair<std::string, std::string>>{{"data.train", "\"b.conll\""}, {"freezing.layers", "1"}});
  CHECK(second.pipeline.resolved.find("path = \"" + first.model_folder().string() + "\"\n") != std::string::npos);
}

TEST_CASE("sequence takes --set of what its tasks leave alone", "[unit][sequence]") {
  SequenceFile file(kTwoTasks);
  const auto sequence = file.load({"run.name=other", "run.output=/elsewhere", "model.path=/m", "train.epochs=7"});
  CHECK(sequence.folder == "/elsewhere/other");
  CHECK(sequence.start == "/m");
  CHECK(sequence.tasks[1].pipeline.model.options.path("path") == "/elsewhere/other/1-a/model");
  CHECK(sequence.tasks[1].pipeline.train.epochs == 7);
  CHECK(file.refusal({"freezing.layers=2"}) ==
        "--set: error: 'freezing.layers' is varied by the sequence, and cannot be set besides\n");
}

TEST_CASE("sequence is none where the file has none", "[unit][sequence]") {
  SequenceFile file("");
  CHECK_FALSE(load_sequence(file.file(), {}, file.registry()));
}

TEST_CASE("sequence tells all that is wrong with its tasks at once, with lines and names", "[unit][sequence]") {
  SequenceFile file(
      "[[sequence]]\nname = \"a\"\nfreezing.layers = -1\n[[sequence]]\nname = \"b\"\noptimizer.learning_rate = 1\n"
      "[[sequence]]\nname = \"c\"\ndata.split = 0.1\n[sinq]\n");
  CHECK(file.refusal() ==
        "s.toml:36:19: error: 'layers' must be 0 or more, found -1\n"
        "   36 | freezing.layers = -1\n"
        "      |                   ^^\n"
        "  layers: integer, 0 or more; layers that learn, counted from the top\n"
        "  in: a\n"
        "s.toml:39:11: error: optimizer 'adamw' has no option 'learning_rate'\n"
        "   39 | optimizer.learning_rate = 1\n"
        "      |           ^^^^^^^^^^^^^\n"
        "  options: lr, layer_decay, weight_decay, beta1, groups\n"
        "  in: b\n"
        "s.toml:42:6: error: [data] has both 'dev' and 'split', and they exclude each other\n"
        "   42 | data.split = 0.1\n"
        "      |      ^^^^^\n"
        "  dev: path, optional; file to evaluate on after each epoch; or give 'split'\n"
        "  split: number, above 0, below 1, optional; share of train that becomes dev, when there is no dev\n"
        "  in: c\n"
        "s.toml:43:2: error: there is no table [sinq]\n"
        "   43 | [sinq]\n"
        "      |  ^^^^\n"
        "  tables: run, data, model, head, freezing, optimizer, schedule, train, cache, plugins, sinks\n");
}

TEST_CASE("sequence says what is wrong with itself", "[unit][sequence]") {
  const std::pair<const char*, const char*> cases[] = {
      {"[sequence]\nname = \"a\"\n",
       "s.toml:34:2: error: expected [[sequence]], found a table\n"
       "   34 | [sequence]\n"
       "      |  ^^^^^^^^\n"},
      {"[[sequence]]\nfreezing.layers = 1\n",
       "s.toml:34:1: error: each task needs a 'name'\n"
       "   34 | [[sequence]]\n"
       "      | ^^^^^^^^^^^^\n"},
      {"[[sequence]]\nname = 3\n",
       "s.toml:34:1: error: each task needs a 'name'\n"
       "   34 | [[sequence]]\n"
       "      | ^^^^^^^^^^^^\n"
       "s.toml:35:8: error: 'name' takes a text, found 3\n"
       "   35 | name = 3\n"
       "      |        ^\n"},
      {"[[sequence]]\nname = \"a/b\"\n[[sequence]]\nname = \"..\"\n",
       "s.toml:34:1: error: a task's name must be 1 to 100 letters, digits, '.', '_' and '-', not dots alone, and "
       "without '-' in "
       "front, found \"a/b\"\n"
       "   34 | [[sequence]]\n"
       "      | ^^^^^^^^^^^^\n"
       "s.toml:36:1: error: a task's name must be 1 to 100 letters, digits, '.', '_' and '-', not dots alone, and "
       "without '-' in "
       "front, found \"..\"\n"
       "   36 | [[sequence]]\n"
       "      | ^^^^^^^^^^^^\n"},
      {"[[sequence]]\nname = \"a\"\n[[sequence]]\nname = \"a\"\n",
       "s.toml:36:1: error: two tasks of the sequence are called 'a'\n"
       "   36 | [[sequence]]\n"
       "      | ^^^^^^^^^^^^\n"},
      {"[[sequence]]\nname = \"a\"\nrun.name = \"x\"\nmodel.path = \"m\"\nmodel.plugin = \"bert\"\nfrezing.layers = 1\n"
       "layers = 1\n",
       "s.toml:36:5: error: 'run.name' cannot be varied: each task has a folder of its own, in that of the sequence\n"
       "   36 | run.name = \"x\"\n"
       "      |     ^^^^\n"
       "s.toml:37:7: error: 'model.path' cannot be varied: the first task starts from [model], and each other one from "
       "what the task before it left\n"
       "   37 | model.path = \"m\"\n"
       "      |       ^^^^\n"
       "s.toml:38:7: error: 'model.plugin' cannot be varied: the first task starts from [model], and each other one "
       "from what the task before it left\n"
       "   38 | model.plugin = \"bert\"\n"
       "      |       ^^^^^^\n"
       "s.toml:39:1: error: there is no table [frezing] whose options can be varied\n"
       "   39 | frezing.layers = 1\n"
       "      | ^^^^^^^ did you mean 'freezing'?\n"
       "s.toml:40:1: error: expected TABLE.OPTION, such as \"freezing.layers\", found 'layers'\n"
       "   40 | layers = 1\n"
       "      | ^^^^^^\n"},
      {"[study.grid]\nrun.seed = [1]\n[[sequence]]\nname = \"a\"\n",
       "s.toml:36:3: error: [study] and [[sequence]] stand in one file, which is a study of many runs or a sequence of "
       "tasks\n"
       "   36 | [[sequence]]\n"
       "      |   ^^^^^^^^\n"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    SequenceFile file(text);
    CHECK(file.refusal() == expected);
  }
  SequenceFile file("[[sequence]]\nname = \"" + std::string(91, 'a') + "\"\n");
  CHECK(file.refusal() ==
        "s.toml:34:1: error: a task's name has at most 90 letters\n"
        "   34 | [[sequence]]\n"
        "      | ^^^^^^^^^^^^\n");
}

TEST_CASE("a misspelt sequence gets its name", "[unit][sequence]") {
  SequenceFile file("[[sequense]]\nname = \"a\"\n");
  CHECK(file.refusal_of([&] { load_pipeline(file.file(), {}, file.registry()); }) ==
        "s.toml:34:3: error: there is no table [sequense]\n"
        "   34 | [[sequense]]\n"
        "      |   ^^^^^^^^ did you mean 'sequence'?\n");
}

TEST_CASE("sequence's tasks are found by name", "[unit][sequence]") {
  SequenceFile file(kTwoTasks);
  auto sequence = file.load();
  CHECK(find_task(sequence, "b") == 1);
  sequence.tasks[1].name = "towns";
  CHECK_THROWS_WITH(find_task(sequence, "town"),
                    "fthost: error: the sequence has no task 'town'; did you mean 'towns'?\n"
                    "  its tasks: a, towns\n");
}

}  // namespace
}  // namespace fthost
