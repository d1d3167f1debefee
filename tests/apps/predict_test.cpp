// fthost predict on what a run saved.

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

struct TrainedTiny {
  explicit TrainedTiny(const std::string& head = "ner") {
    const auto outcome =
        pipeline.run({"--set", "train.epochs=60", "--set", "freezing.plugin=full", "--set", "head.plugin=" + head});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
  }
  TinyPipeline pipeline;
  std::string model = "runs/tiny/model";
};

TEST_CASE("predict labels text from standard input", "[pipeline][apps]") {
  const TrainedTiny trained;
  std::vector<std::string> words = {"predict", trained.model};
  if (GENERATE(true, false)) words.emplace_back("-");
  const auto outcome = run_program(words, trained.pipeline.folder().path(), "anna went to paris\n\npeter was home\n");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out == "anna\tB-PER\nwent\tO\nto\tO\nparis\tB-LOC\n\npeter\tB-PER\nwas\tO\nhome\tO\n\n");
}

/// The objects of predict's output, one a line.
std::vector<nlohmann::json> json_lines(const std::string& out) {
  std::vector<nlohmann::json> objects;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  return objects;
}

TEST_CASE("predict writes JSON lines with the places of words and entities", "[pipeline][apps]") {
  const TrainedTiny trained;
  const auto outcome = run_program({"predict", trained.model, "--format", "json"}, trained.pipeline.folder().path(),
                                   "anna  went to paris\n");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto objects = json_lines(outcome.out);
  REQUIRE(objects.size() == 1);
  const auto& object = objects[0];
  CHECK(object.at("text") == "anna  went to paris");
  CHECK(object.at("labels") == nlohmann::json{"B-PER", "O", "O", "B-LOC"});
  CHECK(object.at("offsets") == nlohmann::json::parse("[[0,4],[6,10],[11,13],[14,19]]"));
  REQUIRE(object.at("entities").size() == 2);
  CHECK(object.at("entities")[1].at("text") == "paris");
  CHECK(object.at("entities")[1].at("score") == object.at("scores")[3]);
}

TEST_CASE("predict gives Transformers' labels and probabilities, for text and for columns", "[pipeline][apps]") {
  const std::string model = GENERATE("tiny", "shapes/single-head");
  const std::filesystem::path data = FTHOST_TEST_DATA;
  const auto golden = nlohmann::json::parse(std::ifstream(data / "golden/predict/expected.json"));
  const auto& expected = golden.at(model);
  std::string text, columns;
  for (const auto& sentence : expected) {
    for (const std::string word : sentence.at("words")) {
      text += word + " ";
      columns += word + "\n";
    }
    text += "\n";
    columns += "\n";
  }
  const bool as_text = GENERATE(true, false);
  const auto outcome = run_program({"predict", (data / "golden/bert" / model).string(), "--format", "json",
                                    "--batch-size", as_text ? "1" : "5", "--input", as_text ? "text" : "conll"},
                                   ".", as_text ? text : columns);
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto objects = json_lines(outcome.out);
  REQUIRE(objects.size() == expected.size());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    CHECK(objects[i].at("words") == expected[i].at("words"));
    CHECK(objects[i].at("labels") == expected[i].at("labels"));
    for (std::size_t k = 0; k < expected[i].at("scores").size(); ++k)
      CHECK(objects[i].at("scores")[k].get<double>() ==
            Approx(expected[i].at("scores")[k].get<double>()).epsilon(1e-5));
  }
}

TEST_CASE("predict gives the labels that evaluation saw", "[pipeline][apps]") {
  const std::string head = GENERATE("ner", "ner-scalar-mix");
  INFO(head);
  const TrainedTiny trained(head);
  const auto predict = [&] {
    const auto outcome =
        run_program({"predict", trained.model, "dev.conll", "--input", "conll"}, trained.pipeline.folder().path());
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return outcome.out;
  };
  // Everything right in evaluation: then the predictions are the file itself.
  REQUIRE(trained.pipeline.record().at("metrics").at("dev_f1") == 1.0);
  CHECK(predict() == trained.pipeline.read("dev.conll"));
  // The architecture alone leads to the same head.
  std::filesystem::remove(trained.pipeline.folder() / (trained.model + "/fthost.json"));
  CHECK(predict() == trained.pipeline.read("dev.conll"));
}

TEST_CASE("predict scores a saved model as the run that left it did", "[pipeline][apps]") {
  const std::string head = GENERATE("ner", "ner-scalar-mix");
  INFO(head);
  // Too little training to be right everywhere, and words that the training set lacks.
  const TinyPipeline tiny;
  tiny.folder().write("dev.conll",
                      "anna\tB-PER\nwent\tO\nto\tO\nparis\tB-LOC\n\nriver\tB-LOC\nwas\tO\nhome\tO\n\n"
                      "peter\tB-PER\nseaing\tO\nlondon\tB-LOC\nthe\tO\nsea\tO\n\n");
  tiny.run_as("r", {"train.epochs=4", "head.plugin=" + head});
  const auto metrics = tiny.record("r").at("metrics");
  REQUIRE(metrics.at("dev_f1") < 1);
  REQUIRE(metrics.at("dev_f1") > 0);
  const auto predicted =
      run_program({"predict", "runs/r/model", "dev.conll", "--input", "conll"}, tiny.folder().path());
  INFO(predicted.err);
  REQUIRE(predicted.status == 0);
  // Gold and predicted side by side, as `fthost score` reads them.
  std::istringstream gold(tiny.read("dev.conll")), labels(predicted.out);
  std::string both;
  for (std::string word, label; std::getline(gold, word) && std::getline(labels, label);)
    both += word.empty() ? "\n" : word + label.substr(label.find('\t')) + "\n";
  tiny.folder().write("both.conll", both);
  const auto score = run_program({"score", "both.conll", "--json"}, tiny.folder().path());
  INFO(score.err);
  REQUIRE(score.status == 0);
  CHECK(nlohmann::json::parse(score.out).at("default").at("micro").at("f1") == metrics.at("dev_f1"));
}

TEST_CASE("predict says what is wrong with its arguments", "[pipeline][apps]") {
  const auto message = [](std::vector<std::string> words) {
    words.insert(words.begin(), "predict");
    const auto outcome = run_program(words, FTHOST_TEST_DATA);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK(message({"no/such/model"}) == "no/such/model: error: there is no such model folder\n");
  CHECK(message({"m", "--input", "xml"}) == "fthost: error: --input is 'conll' or 'text', not 'xml'\n");
  CHECK(message({"m", "--format", "xml"}) == "fthost: error: --format is 'json' or 'conll', not 'xml'\n");
  CHECK(message({"m", "--batch-size", "0"}) == "fthost: error: --batch-size must be 1 or more\n");
  CHECK(message({"m", "--threads", "-1"}) == "fthost: error: --threads must be 0 or more\n");
  CHECK(message({"m", "--device", "gpu"}) ==
        "fthost: error: --device is 'auto', 'cpu', 'cuda' or 'cuda:N', not 'gpu'\n");
  CHECK(message({"golden/bert/tiny", "golden"}) == "golden: error: expected a file, found a folder\n");
  CHECK(message({"golden/bert/tiny", "nothere"}) == "nothere: error: no such file\n");
}

/// A copy of the tiny model, in which a test changes files.
struct CopiedModel {
  CopiedModel() {
    for (const auto& entry : std::filesystem::directory_iterator(TinyPipeline::model()))
      if (entry.is_regular_file()) std::filesystem::copy_file(entry.path(), folder / entry.path().filename().string());
  }

  Outcome predict(const Environment& environment = {}) const {
    return run_program({"predict", "."}, folder.path(), "anna went to paris\n", environment);
  }

  /// What predict says when the file holds `bytes`.
  std::string message(const std::string& file, const std::string& bytes) const {
    folder.write(file, bytes);
    const auto outcome = predict();
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  }

  TemporaryFolder folder;
};

TEST_CASE("predict takes no longer examples than a model of another origin bears", "[pipeline][apps]") {
  const CopiedModel model;
  std::string text;
  for (int i = 0; i < 60; ++i) text += "paris ";
  const auto outcome = run_program({"predict", "."}, model.folder.path(), text + "\n");
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\t') == 60);
}

TEST_CASE("predict says what is wrong in fthost.json", "[pipeline][apps]") {
  const CopiedModel model;
  const auto message = [&](const std::string& max_length, const std::string& options = "{}") {
    return model.message("fthost.json", R"({"model": "bert", "head": "ner", "max_length": )" + max_length +
                                            R"(, "head_options": )" + options + "}");
  };
  const std::string expected = "./fthost.json: error: expected max_length to be ";
  const std::string whole = expected + "a whole number from 0 to 2147483647, found ";
  CHECK(message("0") == expected + "1 or more, found 0\n");
  CHECK(message("-3") == whole + "-3\n");
  CHECK(message("1e300") == whole + "1e+300\n");
  CHECK(message("\"16\"") == whole + "\"16\"\n");
  CHECK(message("4294967297") == whole + "4294967297\n");
  CHECK(message("25") == "./fthost.json: error: max_length is 25, but the model takes 24 tokens at most\n");
  CHECK(message("16", "[]") == "./fthost.json: error: expected head_options to be an object, found an array\n");
  CHECK(message("16", R"({"dropout": "much"})") ==
        "./fthost.json: error: expected head_options.dropout to be as declared (number, 0 or more, below 1, default "
        "0.1), found \"much\"\n");
  CHECK(model.message("fthost.json", "3") == "./fthost.json: error: expected the file to be an object, found 3\n");
  CHECK(model.message("fthost.json", R"({"model": "bort", "head": "ner", "max_length": 16, "head_options": {}})") ==
        ".: error: no plugin provides model 'bort'\n  `fthost plugins` lists what was found and where\n");
}

TEST_CASE("predict says what a saved head lacks", "[pipeline][apps]") {
  const CopiedModel model;
  model.folder.write("fthost.json",
                     R"({"model": "bert", "head": "ner-scalar-mix", "max_length": 16, "head_options": {}})");
  const auto outcome = model.predict();
  CHECK(outcome.status == 1);
  CHECK(
      outcome.err ==
      "error: head 'ner-scalar-mix' (" +
          std::filesystem::canonical(FTHOST_BUILD_DIR "/lib/fthost/plugins/ner.so").string() +
          ") failed while taking over its tensors: the checkpoint holds no head of this kind; 'scalar_mix.weights' is "
          "missing; 'scalar_mix.gamma' is missing\n");
}

TEST_CASE("predict says what is wrong in config.json", "[pipeline][apps]") {
  const CopiedModel model;
  CHECK(model.message("config.json", "[]") ==
        "./config.json: error: expected the file to be an object, found an array\n");
  CHECK(model.message("config.json", R"({"model_type": ["bert"]})") ==
        "./config.json: error: expected model_type to be a string, found an array\n");
  CHECK(model.message("config.json", R"({"model_type": "bert", "architectures": [3]})") ==
        "./config.json: error: expected architectures to be a list of strings, found an array\n");
  CHECK(model.message("config.json", R"({"model_type": "bert", "architectures": ["BertModel"]})") ==
        "./config.json: error: no head handles its architecture 'BertModel'\n"
        "  `fthost predict` wants a model that was fine-tuned, such as the model/ of a run folder\n");
}

TEST_CASE("predict names both heads that handle a model of another origin", "[pipeline][apps]") {
  const CopiedModel model;
  const TemporaryFolder more;
  const std::filesystem::path first = FTHOST_BUILD_DIR "/lib/fthost/plugins/ner.so";
  std::filesystem::copy_file(first, more / "ner.so");
  const auto outcome = model.predict({{"FTHOST_PLUGIN_PATH", more.path().string()}});
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "./config.json: error: two heads handle its architecture 'BertForTokenClassification'\n  head 'ner' (" +
            std::filesystem::canonical(more / "ner.so").string() + ")\n  head 'ner' (" +
            std::filesystem::canonical(first).string() + ")\n  move one of the two files away\n");
}

}  // namespace
}  // namespace fthost
