#pragma once

/// The golden pipeline with something more in it.

#include <fthost/error.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/pipeline/pipeline.h"
#include "tests/core/pipeline/fake_plugins.h"
#include "tests/temporary_folder.h"

namespace fthost {

/// The pipeline with `more` at its end, as s.toml in a folder of its own.
class PipelineFile {
 public:
  explicit PipelineFile(const std::string& more) {
    std::ifstream in(FTHOST_TEST_DATA "/core/pipeline/golden/pipeline.toml");
    const std::string pipeline{std::istreambuf_iterator<char>(in), {}};
    file_ = folder_.write("s.toml", pipeline + "\n" + more);
    add_fake_plugins(registry_);
  }

  const std::filesystem::path& file() const { return file_; }
  const TemporaryFolder& folder() const { return folder_; }
  PluginRegistry& registry() { return registry_; }

  static std::vector<Override> overrides(const std::vector<std::string>& sets) {
    std::vector<Override> overrides;
    for (const auto& set : sets) overrides.push_back(parse_override(set));
    return overrides;
  }

  /// What `load` throws as InputError, without the folder's name.
  template <class Load>
  std::string refusal_of(const Load& load) const {
    try {
      load();
    } catch (const InputError& error) {
      std::string text = error.what();
      const auto own = folder_.path().string() + "/";
      for (auto at = text.find(own); at != std::string::npos; at = text.find(own)) text.erase(at, own.size());
      return text;
    }
    return "none";
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_;
  PluginRegistry registry_{Fingerprint{}};
};

}  // namespace fthost
