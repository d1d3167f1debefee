// fthost init: from a model and a file to a pipeline.

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"

namespace fthost {
namespace {

/// `fthost init` for the tiny model and train.conll.
Outcome init(const TinyPipeline& tiny, std::vector<std::string> more, const Environment& environment = {}) {
  more.insert(more.begin(), {"init", "--model", TinyPipeline::model().string(), "--train", "train.conll"});
  return run_program(more, tiny.folder().path(), "", environment);
}

TEST_CASE("init writes a pipeline that passes check and runs as it is", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto folder = tiny.folder().path();
  const auto made = init(tiny, {"--dev", "dev.conll", "--output", "mine.toml"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  CHECK(made.err == "mine.toml: written and checked; now `fthost plan mine.toml` or `fthost mine.toml`\n");
  // The tiny model has 2 layers and 24 positions.
  const auto text = tiny.read("mine.toml");
  CHECK(text.find("\nlayers = 2\n") != std::string::npos);
  CHECK(text.find("\nmax_length = 24            # tokens;") != std::string::npos);
  CHECK(run_program({"check", "mine.toml"}, folder).status == 0);
  const auto run = run_program({"mine.toml", "--set", "train.epochs=1"}, folder);
  INFO(run.err);
  CHECK(run.status == 0);
}

TEST_CASE("init writes a new file only, in a folder that is there", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto again = init(tiny, {"--output", "tiny.toml"});
  CHECK(again.status == 2);
  CHECK(again.err == "tiny.toml: error: the file is there already\n  --output names another one\n");
  const auto folder = init(tiny, {"--output", "."});
  CHECK(folder.status == 2);
  CHECK(folder.err == ".: error: expected a file's name, found a folder\n");
  const auto nowhere = init(tiny, {"--output", "no/such/mine.toml"});
  CHECK(nowhere.status == 2);
  CHECK(nowhere.err == "no/such/mine.toml: error: there is no folder no/such\n");
}

TEST_CASE("init names files as the pipeline's folder sees them", "[pipeline][apps]") {
  const TinyPipeline tiny;
  std::filesystem::create_directories(tiny.folder() / "a/b");
  const auto made = run_program({"init", "--model", TinyPipeline::model().string(), "--train", "../.././train.conll",
                                 "--dev", "../../a/../dev.conll", "--output", "../b/../mine.toml"},
                                tiny.folder() / "a/b");
  INFO(made.err);
  REQUIRE(made.status == 0);
  const auto text = tiny.read("a/mine.toml");
  CHECK(text.find("\ntrain = \"../train.conll\"\n") != std::string::npos);
  CHECK(text.find("\ndev = \"../dev.conll\"\n") != std::string::npos);
}

TEST_CASE("init looks at the dev and the test set too", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto missing = init(tiny, {"--dev", "nothere.conll", "--output", "mine.toml"});
  CHECK(missing.status == 2);
  CHECK(missing.err == "nothere.conll: error: no such file\n");
  tiny.folder().write("empty.conll", "\n");
  const auto empty = init(tiny, {"--test", "empty.conll", "--output", "mine.toml"});
  CHECK(empty.status == 2);
  CHECK(empty.err ==
        "empty.conll: error: there is no sentence in the file\n"
        "  it was read by the reader 'conll', its options left as they are; a pipeline that is written by hand gives "
        "them in [data]: fthost options reader/conll\n"
        "  --reader takes another reader: gmb-csv\n");
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "mine.toml"));
}

TEST_CASE("init takes another reader", "[pipeline][apps]") {
  const TinyPipeline tiny;
  tiny.folder().write("words.csv",
                      "Sentence #,Word,POS,Tag\nSentence: 1,anna,NNP,B-per\n,sees,VBZ,O\n,rome,NNP,B-geo\n"
                      "Sentence: 2,bell,NNP,B-per\n,waits,VBZ,O\n");
  const auto run_init = [&](const std::string& reader) {
    return run_program({"init", "--model", TinyPipeline::model().string(), "--train", "words.csv", "--output",
                        "mine.toml", "--reader", reader},
                       tiny.folder().path());
  };
  const auto unknown = run_init("gmb_csv");
  CHECK(unknown.status == 2);
  CHECK(unknown.err.starts_with("fthost: error: there is no reader 'gmb_csv'; did you mean 'gmb-csv'?\n"));
  const auto wrong = run_init("conll");
  CHECK(wrong.status == 2);
  CHECK(wrong.err.ends_with("\n  --reader takes another reader: gmb-csv\n"));
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "mine.toml"));
  const auto made = run_init("gmb-csv");
  INFO(made.err);
  REQUIRE(made.status == 0);
  const auto text = tiny.read("mine.toml");
  CHECK(text.find("# 2 sentences, 5 words, the longest of 3 words; entity types: geo, per.\n"
                  "[data]\nreader = \"gmb-csv\"\ntrain = \"words.csv\"\n") != std::string::npos);
  CHECK(run_program({"check", "mine.toml"}, tiny.folder().path()).status == 0);
}

TEST_CASE("init refuses a reader that needs options", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto odd = init(tiny, {"--reader", "odd-reader", "--output", "mine.toml"},
                        {{"FTHOST_PLUGIN_PATH", fixture("misbehaving.so").string()}});
  CHECK(odd.status == 2);
  CHECK(odd.err ==
        "fthost: error: reader 'odd-reader' cannot do without how\n"
        "  init knows no options of readers: write the pipeline by hand\n"
        "  fthost options reader/odd-reader shows them\n");
}

TEST_CASE("init leaves no pipeline that does not pass check", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto second = tiny.folder() / "ner.so";
  std::filesystem::copy_file(FTHOST_BUILD_DIR "/lib/fthost/plugins/ner.so", second);
  const auto two = init(tiny, {"--output", "mine.toml"}, {{"FTHOST_PLUGIN_PATH", tiny.folder().path().string()}});
  CHECK(two.status == 2);
  CHECK(two.err.find("head 'ner' is also in ") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(tiny.folder() / "mine.toml"));
}

TEST_CASE("init says what is wrong in config.json", "[pipeline][apps]") {
  const TinyPipeline tiny;
  const auto message = [&](const std::string& config) {
    tiny.folder().write("config.json", config);
    const auto outcome =
        run_program({"init", "--model", ".", "--train", "train.conll", "--output", "mine.toml"}, tiny.folder().path());
    CHECK(outcome.status == 2);
    return outcome.err;
  };
  CHECK(message("[]") == "./config.json: error: expected the file to be an object, found an array\n");
  CHECK(message("{}") == "./config.json: error: expected model_type to be a string, found nothing\n");
  CHECK(message(R"({"model_type": 3})") == "./config.json: error: expected model_type to be a string, found 3\n");
  CHECK(message(R"({"model_type": "bert", "architectures": "BertModel"})") ==
        "./config.json: error: expected architectures to be a list of strings, found \"BertModel\"\n");
  CHECK(message(R"({"model_type": "bart"})") ==
        "./config.json: error: no plugin handles its model_type 'bart'\n  models found: bert\n");
}

}  // namespace
}  // namespace fthost
