#pragma once

/// This build, installed and moved, and plugins that are built against it.

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/apps/program.h"
#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost {

/// Does this build have an engine, and so LibTorch? A test that needs one says that it is skipped.
inline constexpr bool kHasEngine = std::string_view(FTHOST_LIBTORCH) != "";

inline bool lacks_engine() {
  if (!kHasEngine) WARN("skipped: there is no engine in this build");
  return !kHasEngine;
}

inline void require(const Outcome& outcome) {
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.status == 0);
}

/// A tree that was installed at one place and moved to another; gone when the test is over.
class Installation {
 public:
  /// `name`: what the tree is called in the workplace in the end.
  explicit Installation(const std::string& name = "moved") : prefix_(folder_ / name) {
    const auto first = (folder_ / "first").string();
    const auto outcome = run_process({FTHOST_CMAKE, "--install", FTHOST_BUILD_DIR, "--prefix", first});
    if (outcome.status != 0) throw std::runtime_error("cannot install: " + outcome.err);
    std::filesystem::rename(first, prefix());
  }

  const std::filesystem::path& prefix() const { return prefix_; }
  /// Beside the tree, for what a test makes.
  std::filesystem::path workplace() const { return folder_.path(); }

  /// Runs `words` in `folder` as somebody whose PATH begins with the tree's bin/.
  Outcome run(std::vector<std::string> words, const std::filesystem::path& folder, Environment environment = {}) const {
    const char* path = std::getenv("PATH");
    environment.emplace_back("PATH", (prefix() / "bin").string() + ":" + (path != nullptr ? path : ""));
    return run_process(std::move(words), folder, "", environment);
  }

  /// Runs the tree's fthost.
  Outcome fthost(std::vector<std::string> words, const std::filesystem::path& folder = ".",
                 Environment environment = {}) const {
    words.insert(words.begin(), (prefix() / "bin/fthost").string());
    return run(std::move(words), folder, std::move(environment));
  }

  /// Configures the project in `source` for `build`; it finds fthost through PATH.
  Outcome configure(const std::filesystem::path& source, const std::vector<std::string>& options,
                    const std::filesystem::path& build) const {
    std::vector<std::string> words = {FTHOST_CMAKE,
                                      "-S",
                                      source.string(),
                                      "-B",
                                      build.string(),
                                      "-G",
                                      "Ninja",
                                      "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                                      "-DCMAKE_CXX_COMPILER=" FTHOST_CXX,
                                      "-DCMAKE_CXX_FLAGS=" FTHOST_CXX_FLAGS};
    words.insert(words.end(), options.begin(), options.end());
    return run(words, workplace());
  }

  /// Configures and builds the project in `source`, which must do without a warning. GCC 12 and 13 warn of overlaps in
  /// std::string's own operator+ (GCC bug 105651).
  void build_project(const std::filesystem::path& source, const std::filesystem::path& build) const {
    require(configure(source, {"-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror -Wno-restrict " FTHOST_CXX_FLAGS}, build));
    require(run({FTHOST_CMAKE, "--build", build.string()}, workplace()));
  }

  /// Runs the tiny pipeline under `name` with settings ("train.epochs=1") instead of its own; plugins in `plugins` are
  /// found.
  Outcome run_pipeline(const TinyPipeline& tiny, const std::string& name, const std::vector<std::string>& settings,
                       const std::filesystem::path& plugins) const {
    std::vector<std::string> words = {"tiny.toml", "--set", "run.name=" + name};
    for (const auto& setting : settings) words.insert(words.end(), {"--set", setting});
    return fthost(words, tiny.folder().path(), {{"FTHOST_PLUGIN_PATH", plugins.string()}});
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path prefix_;
};

}  // namespace fthost
