// What tests of plugins get from the host.

#include <fthost/testing.h>

#include <exception>
#include <iostream>
#include <utility>
#include <vector>

#include "core/pipeline/checked_options.h"
#include "core/pipeline/problems.h"
#include "core/plugins/registry.h"

namespace fthost::testing {
namespace {

int failed_checks = 0;

const FoundComponent& find_in(const PluginRegistry& registry, const std::filesystem::path& library, Kind kind,
                              std::string_view name) {
  for (const auto& refused : registry.refused())
    throw Error("cannot use " + refused.library.string() + ": " + refused.reason);
  if (const auto* found = registry.find(kind, name)) return *found;
  if (registry.components().empty()) throw Error("there is no library " + library.string());
  std::vector<std::string> titles;
  for (const auto& component : registry.components()) titles.push_back(title(component.description));
  throw Error(library.string() + " holds no " + title(kind, name) + "; it holds " + comma_separated(titles));
}

}  // namespace

std::shared_ptr<Component> create(const std::filesystem::path& library, Kind kind, std::string_view name,
                                  std::string_view options) {
  PluginRegistry registry(host_fingerprint());
  registry.scan(library);
  const auto& found = find_in(registry, library, kind, name);
  return registry.create<Component>(found, checked_options(found.description, options));
}

Topology topology(int layers) {
  Topology topology;
  topology.hidden_size = topology.intermediate_size = 8;
  topology.attention_heads = 1;
  const auto add = [&](std::string stage, const std::string& tensors) {
    topology.stages.push_back({std::move(stage), 2 * 8 * 8});
    const auto number = static_cast<int>(topology.stages.size()) - 1;
    topology.tensors.push_back({tensors + ".weight", {8, 8}, number});
    topology.tensors.push_back({tensors + ".bias", {8}, number});
  };
  add("embeddings", "embeddings.LayerNorm");
  for (int layer = 0; layer < layers; ++layer)
    add("layer." + std::to_string(layer), "encoder.layer." + std::to_string(layer) + ".output.dense");
  add("head", "classifier");
  return topology;
}

void check(bool holds, std::string_view what, const char* file, int line) {
  if (holds) return;
  ++failed_checks;
  std::cerr << file << ':' << line << ": failed: " << what << '\n';
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no std::exception";
  }
  return "";
}

int run(const std::function<void()>& test) {
  failed_checks = 0;
  const auto thrown = refusal(test);
  if (!thrown.empty()) std::cerr << "failed: it threw: " << thrown << '\n';
  return failed_checks == 0 && thrown.empty() ? 0 : 1;
}

}  // namespace fthost::testing
