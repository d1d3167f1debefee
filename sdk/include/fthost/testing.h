#pragma once

/// For a plugin's own tests: the built library, opened as the host opens it, and checks that say where they stand. A
/// test is a small program that links fthost::sdk and gets the library's path from CTest; `fthost new` writes one:
///
///     int main(int, char** arguments) {
///       return fthost::testing::run([&] {
///         const auto strategy = fthost::testing::open<fthost::Freezing>(arguments[1], "my-strategy", "layers = 2");
///         const auto learns = strategy->learns(fthost::testing::topology(4), {});
///         fthost::testing::check(learns.back(), "the head learns");
///       });
///     }
///
/// All of it is for one thread. No tensors here.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/topology.h>

namespace fthost::testing {

/// Looks at the library and opens it as the host does, and creates its component `name` of `kind`. `options` are what a
/// pipeline file has in the component's table ("layers = 2\nembeddings = true"): they are checked against what the
/// component declares, and defaults are filled in; relative paths start from the current folder. Throws what the host
/// would report: Error for a library that it refuses, InputError for wrong options, whatever the constructor throws.
FTHOST_API std::shared_ptr<Component> create(const std::filesystem::path& library, Kind kind, std::string_view name,
                                             std::string_view options);

/// The same, as the interface of its kind. The library stays open as long as the component lives.
template <class Interface>
std::shared_ptr<Interface> open(const std::filesystem::path& library, std::string_view name,
                                std::string_view options = "") {
  auto typed = std::dynamic_pointer_cast<Interface>(create(library, Interface::kKind, name, options));
  if (typed == nullptr) throw Error("the component is of another class than its kind");
  return typed;
}

/// What a strategy is asked about, without a model: embeddings, `layers` layers and a head, each of a weight [8, 8] and
/// a bias [8] ("encoder.layer.0.output.dense.weight"; in the embeddings' stage "embeddings.LayerNorm.weight", in the
/// head's "classifier.weight").
FTHOST_API Topology topology(int layers);

/// What must hold at this line. Where it does not, says so on standard error, and the test goes on. (The builtins are
/// std::source_location's, which Clang 14 lacks.)
FTHOST_API void check(bool holds, std::string_view what, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE());

/// What `call` throws, as people read it; empty when it throws nothing: check(refusal([&] { … }) == "…", "…").
FTHOST_API std::string refusal(const std::function<void()>& call);

/// Runs `test` and returns what main() should: 0 when every check held and nothing was thrown, else 1.
FTHOST_API int run(const std::function<void()>& test);

}  // namespace fthost::testing
