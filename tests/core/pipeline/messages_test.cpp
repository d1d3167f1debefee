// Every message about a pipeline, whole. golden/messages.txt holds cases: "### title", changes of golden/pipeline.toml
// ("- line" takes one away, "+ line" puts one at that place, or at the end), overrides ("--set K=V"), and the text that
// people see ("ok" when the pipeline is right). After a wanted change, FTHOST_ACCEPT=1 fthost_tests "[golden]" writes
// the file anew; then read the difference.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fthost/error.h>

#include "core/pipeline/pipeline.h"
#include "tests/catch.h"
#include "tests/core/pipeline/fake_plugins.h"
#include "tests/temporary_folder.h"

namespace {

const std::string kGolden = FTHOST_TEST_DATA "/core/pipeline/golden/";

struct Case {
  std::string title;
  std::vector<std::string> changes;  ///< "- …", "+ …", "--set …", as they stand.
  std::string expected;
};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const auto& line : lines_of(kGolden + "messages.txt")) {
    if (line.starts_with("### ")) {
      cases.push_back({line.substr(4), {}, ""});
    } else if (line.starts_with("- ") || line.starts_with("+ ") || line.starts_with("--set ")) {
      cases.back().changes.push_back(line);
    } else if (!line.empty()) {
      cases.back().expected += line + "\n";
    }
  }
  return cases;
}

std::string changed(const Case& each) {
  auto lines = lines_of(kGolden + "pipeline.toml");
  auto at = lines.end();
  for (const auto& change : each.changes) {
    const auto text = change.substr(2);
    if (change.starts_with("- ")) {
      const auto found = std::find(lines.begin(), lines.end(), text);
      REQUIRE(found != lines.end());
      at = lines.erase(found);
    } else if (change.starts_with("+ ")) {
      at = lines.insert(at, text) + 1;
    }
  }
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

/// As if the file had been given as p.toml, and lay in /FOLDER.
std::string without_folder(std::string text, const std::string& folder) {
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
    const bool place = at == 0 || text[at - 1] == '\n';
    text.replace(at, folder.size() + (place ? 1 : 0), place ? "" : "/FOLDER");
  }
  return text;
}

std::string outcome(const Case& each) {
  const fthost::TemporaryFolder folder;
  const auto file = folder.write("p.toml", changed(each));
  fthost::PluginRegistry registry{fthost::Fingerprint{}};
  fthost::add_fake_plugins(registry);
  std::string text = "ok\n";
  try {
    std::vector<fthost::Override> overrides;
    for (const auto& change : each.changes)
      if (change.starts_with("--set ")) overrides.push_back(fthost::parse_override(change.substr(6)));
    fthost::load_pipeline(file, overrides, registry);
  } catch (const fthost::InputError& error) {
    text = error.what();
  }
  return without_folder(text, folder.path().string());
}

}  // namespace

TEST_CASE("pipeline says everything that is wrong, in whole messages", "[unit][pipeline-file][golden]") {
  std::ostringstream accepted;
  for (const auto& each : read_cases()) {
    const auto actual = outcome(each);
    INFO(each.title);
    CHECK(actual == each.expected);
    if (accepted.tellp() > 0) accepted << "\n";
    accepted << "### " << each.title << "\n";
    for (const auto& change : each.changes) accepted << change << "\n";
    accepted << actual;
  }
  if (std::getenv("FTHOST_ACCEPT") != nullptr) std::ofstream(kGolden + "messages.txt") << accepted.str();
}
