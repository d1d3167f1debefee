#include "core/pipeline/study.h"

#include "tests/catch.h"
#include "tests/core/pipeline/pipeline_file.h"

namespace fthost {
namespace {

class StudyFile : public PipelineFile {
 public:
  using PipelineFile::PipelineFile;

  Study load(const std::vector<std::string>& sets = {}) {
    auto study = load_study(file(), overrides(sets), registry());
    REQUIRE(study);
    return std::move(*study);
  }

  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& point : load().points) names.push_back(point.name);
    return names;
  }

  std::string refusal(const std::vector<std::string>& sets = {}) {
    return refusal_of([&] { load(sets); });
  }
};

std::string value_of(const StudyPoint& point, const std::string& line) {
  return point.pipeline.resolved.find(line + "\n") != std::string::npos ? "there" : point.pipeline.resolved;
}

TEST_CASE("study of a grid has every combination, the last list fastest", "[unit][study]") {
  StudyFile file("[study.grid]\n\"freezing.layers\" = [0, 1]\nrun.seed = [1, 2, 3]\n");
  const auto study = file.load();
  CHECK(file.names() == std::vector<std::string>{"layers-0_seed-1", "layers-0_seed-2", "layers-0_seed-3",
                                                 "layers-1_seed-1", "layers-1_seed-2", "layers-1_seed-3"});
  CHECK(study.name == "s");
  CHECK(study.jobs == 1);
  const auto& point = study.points[5];
  CHECK(point.pipeline.run.seed == 3);
  CHECK(point.pipeline.run.name == "layers-1_seed-3");
  CHECK(point.pipeline.run.output == study.folder);
  CHECK(study.folder.filename() == "s");
  CHECK(value_of(point, "layers = 1") == "there");
  CHECK(point.varied == std::vector<std::pair<std::string, std::string>>{{"freezing.layers", "1"}, {"run.seed", "3"}});
}

TEST_CASE("study's paired lists go together", "[unit][study]") {
  StudyFile file(
      "[study.paired]\nfreezing.layers = [0, 3]\noptimizer.lr = [3e-3, 3e-5]\n[study.grid]\nrun.seed = [7]\n");
  const auto study = file.load();
  REQUIRE(study.points.size() == 2);
  CHECK(study.points[0].name == "layers-0_lr-0.003_seed-7");
  CHECK(study.points[0].pipeline.lr == 3e-3);
  CHECK(study.points[1].pipeline.lr == 3e-5);
}

TEST_CASE("study's points may be listed, with names and other plugins", "[unit][study]") {
  StudyFile file(
      "[[study.points]]\nname = \"head\"\nfreezing.plugin = \"classifier-only\"\noptimizer.lr = 0.1\n"
      "[[study.points]]\nname = \"all\"\nfreezing.plugin = \"full\"\n[[study.points]]\nfreezing.layers = 2\n");
  const auto study = file.load();
  CHECK(file.names() == std::vector<std::string>{"head", "all", "layers-2"});
  CHECK(study.points[0].pipeline.freezing.component.description.name == "classifier-only");
  CHECK(study.points[0].pipeline.lr == 0.1);
  CHECK(study.points[1].pipeline.freezing.component.description.name == "full");
}

TEST_CASE("study's overrides are for the points that they name", "[unit][study]") {
  StudyFile file(
      "[study]\njobs = 2\n[study.grid]\nfreezing.layers = [0, 1]\n"
      "[[study.override]]\nwhen.freezing.layers = 0\nset.optimizer.lr = 0.5\n");
  const auto study = file.load();
  CHECK(study.jobs == 2);
  CHECK(study.points[0].pipeline.lr == 0.5);
  CHECK(study.points[1].pipeline.lr != 0.5);
}

TEST_CASE("study's override gives a point what others of its list have by themselves", "[unit][study]") {
  StudyFile file(
      "[[study.points]]\nname = \"a\"\noptimizer.lr = 0.5\nrun.seed = 1\n[[study.points]]\nname = \"b\"\nrun.seed = 2\n"
      "[[study.override]]\nwhen.run.seed = 2\nset.optimizer.lr = 0.25\n");
  const auto study = file.load();
  CHECK(study.points[0].pipeline.lr == 0.5);
  CHECK(study.points[1].pipeline.lr == 0.25);
}

TEST_CASE("study varies the options of sinks", "[unit][study]") {
  StudyFile file("[study.grid]\nsinks.drift.per = [\"layer\", \"tensor\"]\n");
  const auto study = file.load();
  CHECK(value_of(study.points[1], "per = \"tensor\"") == "there");
  CHECK(study.points[1].name == "per-tensor");
}

TEST_CASE("study is none where the file has none", "[unit][study]") {
  StudyFile file("");
  CHECK_FALSE(load_study(file.file(), {}, file.registry()));
}

TEST_CASE("study tells what is wrong with the file's tables together with its points", "[unit][study]") {
  StudyFile file("[study.grid]\nfreezing.layers = [-1]\n[studdy]\n");
  CHECK(file.refusal() ==
        "s.toml:35:20: error: 'layers' must be 0 or more, found -1\n"
        "   35 | freezing.layers = [-1]\n"
        "      |                    ^^\n"
        "  layers: integer, 0 or more; layers that learn, counted from the top\n"
        "s.toml:36:2: error: there is no table [studdy]\n"
        "   36 | [studdy]\n"
        "      |  ^^^^^^ did you mean 'study'?\n");
}

TEST_CASE("study tells all that is wrong with its points at once, with their lines", "[unit][study]") {
  StudyFile file("[study.grid]\nfreezing.layers = [0, -1, \"x\"]\noptimizer.learning_rate = [1]\nrun.seed = [1, 2]\n");
  CHECK(file.refusal() ==
        "s.toml:35:23: error: 'layers' must be 0 or more, found -1\n"
        "   35 | freezing.layers = [0, -1, \"x\"]\n"
        "      |                       ^^\n"
        "  layers: integer, 0 or more; layers that learn, counted from the top\n"
        "s.toml:35:27: error: 'layers' takes an integer, found the text \"x\"\n"
        "   35 | freezing.layers = [0, -1, \"x\"]\n"
        "      |                           ^^^\n"
        "  layers: integer, 0 or more; layers that learn, counted from the top\n"
        "s.toml:36:11: error: optimizer 'adamw' has no option 'learning_rate'\n"
        "   36 | optimizer.learning_rate = [1]\n"
        "      |           ^^^^^^^^^^^^^\n"
        "  options: lr, layer_decay, weight_decay, beta1, groups\n");
}

TEST_CASE("study says what is wrong with itself", "[unit][study]") {
  const std::pair<const char*, const char*> cases[] = {
      {"[study]\njobs = 0\n[study.grid]\nrun.seed = [1]\n", "s.toml:35:8: error: 'jobs' must be 1 to 1024, found 0\n"},
      {"[study]\n", "error: [study] varies nothing: it needs a grid, paired lists or points\n"},
      {"[study.gird]\nrun.seed = [1]\n", "[study] has no 'gird'; it has jobs, grid, paired, points, override\n"},
      {"[study.gird]\nrun.seed = [1]\n", "did you mean 'grid'?\n"},
      {"[study.grid]\nplugins.paths = [[\"x\"]]\n",
       "error: 'plugins.paths' cannot be varied: all points load the same plugins\n"},
      {"[study.grid]\nseed = [1]\n", "error: expected TABLE.OPTION, such as \"freezing.layers\", found 'seed'\n"},
      {"[study.grid]\nfrezing.layers = [1]\n", "error: there is no table [frezing] whose options can be varied\n"},
      {"[study.grid]\nfrezing.layers = [1]\n", "did you mean 'freezing'?\n"},
      {"[study.grid]\nrun.name = [\"a\"]\n", "error: 'run.name' cannot be varied"},
      {"[study.grid]\nrun.seed = 3\n", "error: expected a list of values for 'run.seed', found 3\n"},
      {"[study.grid]\nrun.seed = []\n", "error: the list of 'run.seed' is empty\n"},
      {"[study.grid]\nrun.seed = [1]\n[study.paired]\nrun.seed = [1]\n", "error: 'run.seed' is varied twice\n"},
      {"[study.paired]\nrun.seed = [1]\noptimizer.lr = [1, 2]\n",
       "error: the list of 'optimizer.lr' has 2 values and that of 'run.seed' 1: paired lists are as long as each "
       "other\n"},
      {"[study.grid]\nrun.seed = [1, 1]\n", "error: two points of the study are called 'seed-1'\n"},
      {"[[study.points]]\nname = \"a/b\"\nrun.seed = 1\n",
       "error: a point's name must be 1 to 100 letters, digits, '.', '_' and '-', not dots alone, and without '-' in "
       "front, found \"a/b\"\n"},
      {"[[study.points]]\nname = \"-x\"\nrun.seed = 1\n", "front, found \"-x\"\n"},
      {"[[study.points]]\nname = \"..\"\nrun.seed = 1\n", "front, found \"..\"\n"},
      {"[[study.points]]\nname = \"unfinished\"\nrun.seed = 1\n",
       "error: a point cannot be called 'unfinished': that folder keeps what was interrupted\n"},
      {"[study.grid]\nrun.seed = [1, 2]\n[[study.override]]\nwhen.run.seed = 1\nset.run.seed = 2\n",
       "error: 'run.seed' is varied by the study, and an override cannot set it besides\n"},
      {"[study.grid]\nrun.seed = [1]\n[[study.override]]\nwhen.run.seed = 2\nset.optimizer.lr = 1\n",
       "error: this override is for no point: the values of 'run.seed' are 1\n"},
      {"[study.grid]\nrun.seed = [1]\n[[study.override]]\nwhen.run.sede = 1\nset.optimizer.lr = 1\n",
       "error: this override is for no point: the study does not vary 'run.sede'\n"},
      {"[study.grid]\nrun.seed = [1]\n[[study.override]]\nwhen.run.sede = 1\nset.optimizer.lr = 1\n",
       "did you mean 'run.seed'?\n"},
      {"[study.paired]\nrun.seed = [1, 2]\nfreezing.layers = [1, 2]\n[[study.override]]\nwhen.run.seed = 1\n"
       "when.freezing.layers = 2\nset.optimizer.lr = 1\n",
       "error: this override is for no point: none meets all that stands under 'when'\n"},
      {"[study.grid]\n", "error: [study] varies nothing: it needs a grid, paired lists or points\n"},
      {"[study.paired]\n", "error: [study] varies nothing: it needs a grid, paired lists or points\n"},
      {"[study]\npoints = []\n", "error: [study] varies nothing: it needs a grid, paired lists or points\n"},
      {"[study.grid]\nrun.seed = [1]\n[[study.override]]\nwhen.run.seed = 1\n",
       "error: [[study.override]] needs 'when', which points it is for, and 'set', what they get\n"},
      {"[study]\njobs = 2\n[study.grid]\nrun.threads = [1, 2]\n",
       "error: with 'jobs' above 1 the threads are divided, and cannot be varied\n"},
  };
  for (const auto& [study, expected] : cases) {
    INFO(study);
    StudyFile file(study);
    const auto refusal = file.refusal();
    INFO(refusal);
    CHECK(refusal.find(expected) != std::string::npos);
  }
}

TEST_CASE("study refuses --set of what it varies, and takes others", "[unit][study]") {
  StudyFile file("[study.grid]\nrun.seed = [1]\n");
  CHECK(file.refusal({"run.seed=3"}) == "--set: error: 'run.seed' is varied by the study, and cannot be set besides\n");
  const auto study = file.load({"train.epochs=7", "run.name=other", "run.output=/elsewhere"});
  CHECK(study.points.front().pipeline.train.epochs == 7);
  CHECK(study.folder == "/elsewhere/other");
}

TEST_CASE("study checks the name and folder that its points' are made of", "[unit][study]") {
  StudyFile file("[study.grid]\nrun.seed = [1]\n");
  CHECK(file.refusal({"run.name=../x"}) ==
        "--set: error: 'name' must be 1 to 100 letters, digits, '.', '_' and '-', not dots alone, and without '-' in "
        "front, found \"../x\"\n"
        "      | run.name=../x\n"
        "      |          ^^^^\n"
        "  name: text, optional; name of the run's folder; without it the pipeline file's name\n");
}

TEST_CASE("names that come out too long are numbers, those that somebody gave are refused", "[unit][study]") {
  const std::string longish(60, 'x');
  StudyFile file("[[study.points]]\nname = \"" + longish + "\"\nrun.seed = 1\n[study.grid]\nfreezing.plugin = [\"" +
                 "classifier-only" + "\"]\noptimizer.lr = [0.123456789012345]\n");
  CHECK(file.names() == std::vector<std::string>{"point-1"});
  StudyFile named("[[study.points]]\nname = \"" + std::string(101, 'x') + "\"\nrun.seed = 1\n");
  CHECK(named.refusal().find("error: a point's name must be 1 to 100 letters") != std::string::npos);
}

TEST_CASE("study has at most ten thousand points", "[unit][study]") {
  std::string list = "[1";
  for (int i = 2; i <= 101; ++i) list += ", " + std::to_string(i);
  list += "]";
  StudyFile file("[study.grid]\nrun.seed = " + list + "\ntrain.epochs = " + list + "\n");
  CHECK(file.refusal().find("error: the study has more than 10000 points\n") != std::string::npos);
}

TEST_CASE("study's points are loaded by name, each without the others", "[unit][study]") {
  StudyFile file("[study.grid]\nrun.seed = [1, 2, -3]\n");
  const auto point = [&](const std::string& name) { return load_study_point(file.file(), {}, file.registry(), name); };
  CHECK(point("seed-2")->pipeline.run.seed == 2);
  CHECK(point("seed-2")->pipeline.resolved.find("\nname = \"seed-2\"\n") != std::string::npos);
  CHECK(file.refusal_of([&] { point("seed--3"); }) == file.refusal());
  CHECK(file.refusal().find("-3") != std::string::npos);
  CHECK_THROWS_WITH(point("seed2"),
                    "fthost: error: the study has no point 'seed2'; did you mean 'seed-2'?\n"
                    "  its points: seed-1, seed-2, seed--3\n");
  StudyFile plain("");
  CHECK_FALSE(load_study_point(plain.file(), {}, plain.registry(), "seed-1"));
}

TEST_CASE("study's point that is loaded by name is the one of the whole study", "[unit][study]") {
  StudyFile file("[study]\njobs = 2\n[study.grid]\nfreezing.layers = [0, 1]\nrun.seed = [1, 2]\n");
  for (const auto& each : file.load().points) {
    const auto point = load_study_point(file.file(), {}, file.registry(), each.name);
    REQUIRE(point);
    CHECK(point->varied == each.varied);
    CHECK(point->pipeline.resolved == each.pipeline.resolved);
  }
}

}  // namespace
}  // namespace fthost
