// The arrows between the rooms, read from the #include lines.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;      // From the repository's root.
  std::string included;  // As written between quotes or angle brackets.
};

bool is_source(const fs::path& path) {
  static const std::set<std::string> endings = {".h", ".cpp", ".cu", ".cuh"};
  return endings.count(path.extension().string()) > 0;
}

std::vector<Include> includes_below(const std::string& folder) {
  const fs::path root = FTHOST_SOURCE_DIR;
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (!entry.is_regular_file() || !is_source(entry.path())) continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      const auto hash = line.find_first_not_of(" \t");
      if (hash == std::string::npos || line.compare(hash, 8, "#include") != 0) continue;
      const auto open = line.find_first_of("\"<", hash);
      const auto close = line.find_first_of("\">", open + 1);
      if (open == std::string::npos || close == std::string::npos) continue;
      found.push_back({entry.path().lexically_relative(root).string(), line.substr(open + 1, close - open - 1)});
    }
  }
  return found;
}

bool starts_with_any(const std::string& text, const std::vector<std::string>& starts) {
  return std::any_of(starts.begin(), starts.end(), [&](const auto& start) { return text.starts_with(start); });
}

/// "core/formats/utf8.h" -> "formats".
std::string room_of(const std::string& path) {
  const auto begin = std::string("core/").size();
  return path.substr(begin, path.find('/', begin) - begin);
}

bool needs_libtorch(const std::string& included) {
  return starts_with_any(included, {"ATen/", "torch/", "c10/", "fthost/ops.h", "fthost/model.h", "fthost/head.h",
                                    "fthost/optimizer.h", "fthost/packing.h", "fthost/parameters.h"});
}

}  // namespace

TEST_CASE("plugins know the SDK and themselves, never the core or each other", "[unit][layout]") {
  const auto includes = includes_below("plugins");
  REQUIRE(includes.size() > 50);
  for (const auto& [file, included] : includes) {
    INFO(file << " includes " << included);
    const auto own = file.substr(0, file.find('/', std::string("plugins/").size()) + 1);
    CHECK_FALSE(starts_with_any(included, {"core/", "apps/", "sdk/", "tests/"}));
    CHECK((!included.starts_with("plugins/") || included.starts_with(own)));
    CHECK(included.find("..") == std::string::npos);
  }
}

TEST_CASE("the SDK's headers know nothing but the SDK", "[unit][layout]") {
  const auto includes = includes_below("sdk/include");
  REQUIRE(includes.size() > 50);
  for (const auto& [file, included] : includes) {
    INFO(file << " includes " << included);
    CHECK_FALSE(starts_with_any(included, {"core/", "plugins/", "apps/", "tests/", "boost/", "spdlog/", "toml"}));
  }
}

TEST_CASE("the core knows no plugin and no command", "[unit][layout]") {
  for (const auto& [file, included] : includes_below("core")) {
    INFO(file << " includes " << included);
    CHECK_FALSE(starts_with_any(included, {"plugins/", "apps/", "tests/"}));
  }
}

TEST_CASE("the rooms of the core look one way only", "[unit][layout]") {
  // Each room may include itself and these; engine/engine.h is the door that needs no tensor.
  const std::map<std::string, std::set<std::string>> allowed = {
      {"formats", {}},
      {"plugins", {"formats"}},
      {"pipeline", {"formats", "plugins"}},
      {"data", {"formats"}},
      {"score", {"formats"}},
      {"run", {"formats", "plugins"}},
      {"cache", {"run"}},
      {"report", {"formats", "plugins"}},
      {"engine", {"formats", "plugins", "pipeline", "data", "score", "run", "cache"}},
  };
  for (const auto& [file, included] : includes_below("core")) {
    if (!included.starts_with("core/")) continue;
    INFO(file << " includes " << included);
    const auto from = room_of(file), to = room_of(included);
    REQUIRE(allowed.count(from) == 1);
    CHECK((from == to || allowed.at(from).count(to) == 1));
  }
}

TEST_CASE("LibTorch is seen only by the engine, the operators and the plugins that use tensors", "[unit][layout]") {
  for (const auto* folder : {"core", "apps"})
    for (const auto& [file, included] : includes_below(folder)) {
      INFO(file << " includes " << included);
      CHECK((!needs_libtorch(included) || (file.starts_with("core/engine/") && file != "core/engine/engine.h" &&
                                           file != "core/engine/open_engine.cpp")));
    }
}

TEST_CASE("spdlog and LibTorch never meet in a file", "[unit][layout]") {
  for (const auto& [file, included] : includes_below("core")) {
    INFO(file << " includes " << included);
    CHECK((!included.starts_with("spdlog/") || file == "core/run/log.cpp"));
  }
}
