// What needs no tensor: help, messages, statuses.

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"
#include "tests/catch.h"

namespace fthost {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Without LibTorch the plugins that use tensors are not there, and each is one more error.
bool tensors_are_built() {
  return std::filesystem::exists(FTHOST_BUILD_DIR "/lib/fthost/plugins/bert.so");
}

TEST_CASE("fthost --help names every command and where to start", "[unit][apps]") {
  const auto outcome = run_program({"--help"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  for (const auto* word : {"init", "check", "plan", "predict", "score", "tokenize", "plugins", "options", "new",
                           "doctor", "Start here", "130"}) {
    INFO(word);
    CHECK(outcome.out.find(word) != std::string::npos);
  }
}

TEST_CASE("every command explains itself", "[unit][apps]") {
  for (const auto* command :
       {"init", "check", "plan", "predict", "score", "tokenize", "plugins", "options", "new", "doctor"}) {
    INFO(command);
    const auto outcome = run_program({command, "--help"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out.starts_with("usage: fthost " + std::string(command)));
  }
}

TEST_CASE("fthost names the nearest command for a wrong one", "[unit][apps]") {
  const auto outcome = run_program({"chekc"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "fthost: error: there is no command 'chekc'; did you mean 'check'?\n"
        "  a pipeline file is named with its ending: fthost my.toml\n"
        "  `fthost --help` lists the commands\n");
}

TEST_CASE("fthost names the nearest option for a wrong one", "[unit][apps]") {
  const auto outcome = run_program({"plan", "my.toml", "--sett", "a=1"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "fthost: error: there is no option '--sett'; did you mean '--set'?\n"
        "  usage: fthost plan PIPELINE.toml [--set KEY=VALUE]… [--measure new|always|never] [--json]\n");
}

TEST_CASE("check reports a missing pipeline file", "[unit][apps]") {
  const auto outcome = run_program({"check", "not-there.toml"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("not-there.toml") != std::string::npos);
}

TEST_CASE("check reports all errors of a pipeline at once, as text and as JSON", "[unit][apps]") {
  TemporaryFolder folder;
  folder.write("bad.toml",
               "[data]\nreader = \"conl\"\ntrain = \"t\"\ndev = \"d\"\n[model]\nplugin = \"bert\"\npath = \"m\"\n"
               "[head]\nplugin = \"ner\"\n[freezing]\nplugin = \"last-n-layers\"\nlayer = 3\n"
               "[optimizer]\nplugin = \"adamw\"\nlr = \"fast\"\n[schedule]\nplugin = \"linear\"\n");
  const auto text = run_program({"check", "bad.toml"}, folder.path());
  CHECK(text.status == 2);
  CHECK(text.out.empty());
  CHECK(text.err.find("did you mean 'layers'?") != std::string::npos);
  CHECK(text.err.find("bad.toml:2:") != std::string::npos);
  CHECK(text.err.find("bad.toml:12:1: error: freezing 'last-n-layers' has no option 'layer'") != std::string::npos);
  CHECK(text.err.find("bad.toml:15:") != std::string::npos);

  const auto json = run_program({"check", "bad.toml", "--json"}, folder.path());
  CHECK(json.status == 2);
  CHECK(nlohmann::json::parse(json.out).at("errors").size() == (tensors_are_built() ? 3 : 6));
}

TEST_CASE("every pipeline in configs passes check", "[unit][apps]") {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FTHOST_SOURCE_DIR "/configs")) {
    if (entry.path().extension() != ".toml") continue;
    ++count;
    const auto outcome = run_program({"check", entry.path().string()});
    INFO(entry.path() << '\n' << outcome.err);
    // Without LibTorch the plugins that use tensors are not built, and are the only thing that is missing.
    if (std::filesystem::exists(FTHOST_BUILD_DIR "/lib/fthost/plugins/bert.so")) CHECK(outcome.status == 0);
  }
  CHECK(count >= 9);
}

TEST_CASE("options describes a component from its library", "[unit][apps]") {
  const auto outcome = run_program({"options", "freezing/last-n-layers"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("layers: integer, 0 or more; ") != std::string::npos);
  const auto wrong = run_program({"options", "freezing/last-layers"});
  CHECK(wrong.status == 2);
  CHECK(wrong.err.find("there is no freezing 'last-layers'") != std::string::npos);
}

TEST_CASE("plugins lists the strategies that are built in", "[unit][apps]") {
  const auto list = nlohmann::json::parse(run_program({"plugins", "--json"}).out);
  std::vector<std::string> freezing;
  for (const auto& component : list.at("components"))
    if (component.at("kind") == "freezing") freezing.push_back(component.at("name"));
  CHECK(freezing ==
        std::vector<std::string>{"adaptive", "by-name", "classifier-only", "full", "gradual", "last-n-layers"});
  CHECK(list.at("refused").empty());
}

TEST_CASE("check says what is wrong with a plugin library", "[unit][apps]") {
  const TemporaryFolder folder;
  const auto missing = run_program({"check", "nothere.so"}, folder.path());
  CHECK(missing.status == 2);
  CHECK(missing.err == "nothere.so: error: there is no such library\n");

  const auto bad = std::filesystem::canonical(folder.write("bad.so", "a text\n")).string();
  const auto refused = run_program({"check", "bad.so"}, folder.path());
  CHECK(refused.status == 2);
  CHECK(refused.err == bad + ": error: cannot use it: it is no ELF file, so no shared library\n");
  const auto json = run_program({"check", "bad.so", "--json"}, folder.path());
  CHECK(json.status == 2);
  CHECK(nlohmann::json::parse(json.out).at("errors").at(0).at("file") == bad);
}

TEST_CASE("a plugin that is refused is explained where it is missed", "[unit][apps]") {
  const TemporaryFolder root;
  const auto folder = std::filesystem::canonical(root.path()) / "plugins";
  std::filesystem::create_directory(folder);
  std::filesystem::copy_file(FTHOST_BUILD_DIR "/lib/fthost/plugins/full.so", folder / "mine.so");
  std::filesystem::permissions(folder, std::filesystem::perms::all);
  const auto nowhere = (root / "nowhere").string();
  const auto outcome =
      run_program({"options", "freezing/mine"}, ".", "", {{"FTHOST_PLUGIN_PATH", folder.string() + ":" + nowhere}});
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "fthost: error: there is no freezing 'mine'\n"
        "  freezing plugins: adaptive, by-name, classifier-only, full, gradual, last-n-layers\n"
        "  cannot use " +
            (folder / "mine.so").string() + ": its folder " + folder.string() +
            " can be written by everybody (mode 0777): chmod o-w " + folder.string() +
            "\n"
            "  looked in " +
            nowhere + ": there is no such file or folder\n");
}

TEST_CASE("JSON output stands names that are not UTF-8", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("bad\xff.so", "a text\n");
  const auto plugins = run_program({"plugins", "--json"}, ".", "", {{"FTHOST_PLUGIN_PATH", folder.path().string()}});
  INFO(plugins.err);
  REQUIRE(plugins.status == 0);
  const auto refused = nlohmann::json::parse(plugins.out).at("refused");
  REQUIRE(refused.size() == 1);
  CHECK(refused.at(0).at("library").get<std::string>().ends_with("/bad\xef\xbf\xbd.so"));
}

TEST_CASE("doctor says what is here", "[unit][apps]") {
  const auto outcome = run_program({"doctor"});
  INFO(outcome.out);
  for (const auto* line : {"fthost       ", "\nsystem       ", "\nprocessor    ", "\nplugins in   "})
    CHECK((outcome.out.starts_with(line) || outcome.out.find(line) != std::string::npos));
  CHECK(outcome.out.find(" found, 0 libraries refused\n") != std::string::npos);
  if (std::filesystem::exists(FTHOST_BUILD_DIR "/lib/fthost/libfthost_engine.so")) {
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("\nLibTorch     ") != std::string::npos);
    CHECK(outcome.out.find("\nCUDA         ") != std::string::npos);
    CHECK(outcome.out.ends_with("\nall that a run needs is here\n"));
  } else {
    CHECK(outcome.status == 1);
    CHECK(outcome.out.find("\nengine       missing: the engine is missing: ") != std::string::npos);
    CHECK(outcome.out.ends_with("\na run is not possible yet, see above\n"));
  }
}

TEST_CASE("output that cannot be written is an error", "[unit][apps]") {
  for (const auto* command : {"plugins", "--help", "doctor"}) {
    INFO(command);
    const TemporaryFolder folder;
    Program program({command}, folder.path(), "", {}, "/dev/full");
    CHECK(program.wait() == 1);
    CHECK(program.err() == "error: cannot write to standard output: No space left on device\n");
  }
}

TEST_CASE("the executable and libfthost.so load no LibTorch", "[unit][apps]") {
  for (const auto* file : {"/bin/fthost", "/lib/libfthost.so"}) {
    INFO(file);
    const auto bytes = read_file(FTHOST_BUILD_DIR + std::string(file));
    REQUIRE(bytes.size() > 1000);
    CHECK(bytes.find("libtorch_cpu.so") == std::string::npos);
    CHECK(bytes.find("libc10.so") == std::string::npos);
  }
}

}  // namespace
}  // namespace fthost
