// `fthost new`: what it writes and what it refuses. That it builds is tested in tests/install.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fthost/component.h>

#include "tests/apps/program.h"
#include "tests/catch.h"

namespace fthost {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_CASE("new writes a plugin under its name, and says what to do with it", "[unit][apps]") {
  const TemporaryFolder folder;
  const auto outcome = run_program({"new", "freezing", "thaw-later"}, folder.path());
  CHECK(outcome.status == 0);
  CHECK(outcome.out.empty());
  const std::string build = FTHOST_BUILD_DIR;
  CHECK(outcome.err ==
        "thaw-later: freezing 'thaw-later', which builds and passes its test as it is; README.md says more\n"
        "  cmake --install " +
            build +
            " --prefix FTHOST    once: it builds against that\n"
            "  cd thaw-later\n"
            "  cmake -B build -G Ninja -DCMAKE_PREFIX_PATH=FTHOST\n"
            "  cmake --build build && ctest --test-dir build\n"
            "  FTHOST_PLUGIN_PATH=build fthost options freezing/thaw-later\n");
  CHECK(names_in(folder / "thaw-later") ==
        std::vector<std::string>{"CMakeLists.txt", "README.md", "thaw_later.cpp", "thaw_later_test.cpp"});
  for (const std::string file : {"CMakeLists.txt", "README.md", "thaw_later.cpp", "thaw_later_test.cpp"}) {
    const auto text = folder.read("thaw-later/" + file);
    INFO(text);
    CHECK_FALSE(text.empty());
    for (const auto* placeholder : {"plugin-name", "plugin_name", "PluginName", "plugin-kind", "@"})
      CHECK(text.find(placeholder) == std::string::npos);
  }
  CHECK(folder.read("thaw-later/thaw_later.cpp").find("class ThawLater final : public fthost::Freezing") !=
        std::string::npos);
  CHECK(folder.read("thaw-later/README.md").starts_with("# thaw-later\n"));
}

TEST_CASE("new has a template for every kind", "[unit][apps]") {
  const TemporaryFolder folder;
  for (const auto kind : kKindNames) {
    const auto outcome = run_program({"new", std::string(kind), "mine", std::string(kind)}, folder.path());
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(names_in(folder / kind) ==
          std::vector<std::string>{"CMakeLists.txt", "README.md", "mine.cpp", "mine_test.cpp"});
  }
}

struct Refused {
  std::vector<std::string> words;
  std::string message;
};

TEST_CASE("new says what is wrong with its words, and writes nothing then", "[unit][apps]") {
  const TemporaryFolder folder;
  folder.write("there", "");
  const std::string rule =
      "  a name has small letters, digits and '-' between them, begins with a letter, and has at most 64 of them\n";
  const std::vector<Refused> all = {
      {{"freezin", "x"},
       "there is no kind 'freezin'; did you mean 'freezing'?\n"
       "  kinds: model, head, reader, freezing, optimizer, schedule, sink\n"},
      {{"freezing", "My_Strategy2"}, "'My_Strategy2' is no name of a component; did you mean 'my-strategy2'?\n" + rule},
      {{"freezing", "../x"}, "'../x' is no name of a component; did you mean 'x'?\n" + rule},
      {{"sink", "42"}, "'42' is no name of a component; 'my-sink' is one\n" + rule},
      {{"sink", ""}, "'' is no name of a component; 'my-sink' is one\n" + rule},
      {{"sink", "test"}, "CMake keeps the name 'test' for itself; 'my-test' would do\n"},
      {{"freezing", "full"},
       "freezing 'full' is there already, in " +
           std::filesystem::canonical(FTHOST_BUILD_DIR "/lib/fthost/plugins/full.so").string() +
           "\n  no pipeline could tell two of one name apart: choose another one\n"},
      {{"sink", "there"}, "there is a there already\n  `fthost new KIND NAME DIR` names another folder\n"},
      {{"sink", "x", "not/there"}, "there is no folder " + (folder / "not").string() + "\n"},
      {{"sink"}, "what is missing: name\n  usage: fthost new KIND NAME [DIR]\n"},
  };
  for (auto [words, message] : all) {
    words.insert(words.begin(), "new");
    const auto outcome = run_program(words, folder.path());
    CHECK(outcome.status == 2);
    CHECK(outcome.err == "fthost: error: " + message);
  }
  CHECK(names_in(folder.path()) == std::vector<std::string>{"there"});
}

}  // namespace
}  // namespace fthost
