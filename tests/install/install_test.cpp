// The installed tree, moved: the program, its engine, its package and its pages; and plugins of outsiders.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/plugins/library.h"
#include "core/plugins/registry.h"
#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"
#include "tests/install/installation.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_elf(const fs::path& file) {
  return text_of(file).starts_with(
      "\x7f"
      "ELF");
}

/// The regular files of the tree. The link to LibTorch is not followed.
std::vector<fs::path> files_of(const fs::path& prefix) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(prefix))
    if (entry.is_regular_file() && !entry.is_symlink()) files.push_back(entry.path());
  return files;
}

/// Where the file looks for the libraries that it needs.
std::vector<std::string> run_path_of(const fs::path& file) {
  const auto dynamic = run_process({"readelf", "-d", file.string()}).out;
  std::smatch found;
  if (!std::regex_search(dynamic, found, std::regex(R"(\((?:RUNPATH|RPATH)\)[^\[]*\[([^\]]*)\])"))) return {};
  std::vector<std::string> folders;
  std::istringstream rest(found[1]);
  for (std::string folder; std::getline(rest, folder, ':');) folders.push_back(folder);
  return folders;
}

/// CMake breaks its messages into lines.
std::string unwrapped(const std::string& text) {
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

TEST_CASE("an installed tree is whole, and none of its files knows where it was built", "[pipeline][install]") {
  const Installation tree;
  std::vector<std::string> expected = {"bin/fthost",
                                       "lib/libfthost.so",
                                       "lib/fthost/plugins/full.so",
                                       "lib/cmake/fthost/fthostConfig.cmake",
                                       "lib/cmake/fthost/fthostConfigVersion.cmake",
                                       "lib/cmake/fthost/FthostAddPlugin.cmake",
                                       "include/fthost/plugin.h",
                                       "share/man/man1/fthost.1",
                                       "share/bash-completion/completions/fthost",
                                       "share/zsh/site-functions/_fthost",
                                       "share/fish/vendor_completions.d/fthost.fish",
                                       "share/doc/fthost/README.md",
                                       "share/doc/fthost/LICENSE",
                                       "share/doc/fthost/docs/install.md"};
  if (kHasEngine)
    expected.insert(expected.end(), {"lib/libfthost_ops.so", "lib/fthost/libfthost_engine.so", "include/fthost/ops.h",
                                     "lib/fthost/plugins/bert.so"});
  for (const auto& file : expected) {
    INFO(file);
    CHECK(fs::is_regular_file(tree.prefix() / file));
  }
  std::size_t libraries = 0;
  for (const auto& file : files_of(tree.prefix())) {
    INFO(file);
    if (!is_elf(file)) {
      const auto text = text_of(file);
      CHECK(text.find(FTHOST_BUILD_DIR) == std::string::npos);
      CHECK(text.find(FTHOST_SOURCE_DIR) == std::string::npos);
      continue;
    }
    ++libraries;
    const auto folders = run_path_of(file);
    CHECK_FALSE(folders.empty());
    for (const auto& folder : folders) CHECK(folder.starts_with("$ORIGIN"));
  }
  CHECK(libraries > 15);
}

TEST_CASE("each installed header compiles alone, and only those with tensors want LibTorch", "[slow][install]") {
  const Installation tree;
  const auto include = tree.prefix() / "include", torch = tree.prefix() / "lib/fthost/libtorch/include";
  const std::set<std::string> with_tensors = {"head.h", "model.h", "ops.h", "optimizer.h", "packing.h", "parameters.h"};
  std::size_t compiled = 0;
  for (const auto& entry : fs::directory_iterator(include / "fthost")) {
    const auto header = entry.path().filename().string();
    const bool wants_torch = with_tensors.contains(header);
    if (wants_torch && !kHasEngine) continue;
    std::vector<std::string> words = {FTHOST_CXX, "-std=c++20",    "-Wall", "-Wextra",
                                      "-Werror",  "-fsyntax-only", "-I",    include.string()};
    if (wants_torch) words.insert(words.end(), {"-isystem", torch.string()});
    words.insert(words.end(), {"-x", "c++", "-"});
    const auto outcome = run_process(words, ".", "#include <fthost/" + header + ">\n");
    INFO(header << ":\n" << outcome.err);
    CHECK(outcome.status == 0);
    ++compiled;
  }
  CHECK(compiled > 25);
}

TEST_CASE("the manual page says what --help says", "[pipeline][install]") {
  const Installation tree;
  auto page = text_of(tree.prefix() / "share/man/man1/fthost.1");
  CHECK(page.starts_with(".TH FTHOST 1 \"\" \"fthost " FTHOST_VERSION "\"\n.SH NAME\nfthost \\- "));
  page = std::regex_replace(page, std::regex(R"(\\([-&]))"), "$1");
  page = std::regex_replace(page, std::regex(R"(\\e)"), "\\");
  page.erase(std::remove(page.begin(), page.end(), '&'), page.end());
  for (const std::string command :
       {"init", "check", "plan", "cache", "predict", "score", "tokenize", "plugins", "options", "new", "doctor"}) {
    INFO(command);
    const auto help = tree.fthost({command, "--help"}).out;
    CHECK(page.find(".SS fthost " + command + "\n.nf\n" + help.substr(0, help.find_last_not_of('\n') + 1) +
                    "\n.fi\n") != std::string::npos);
  }
}

TEST_CASE("a moved tree finds its own plugins and checks a pipeline", "[pipeline][install]") {
  const Installation tree;
  CHECK(tree.fthost({"--version"}).out == "fthost " FTHOST_VERSION "\n");
  CHECK(tree.fthost({"--help"}).status == 0);
  const auto plugins = nlohmann::json::parse(tree.fthost({"plugins", "--json"}).out);
  CHECK(plugins.at("refused").empty());
  CHECK(plugins.at("components").size() > 15);
  for (const auto& component : plugins.at("components"))
    CHECK(fs::path(component.at("library").get<std::string>()).parent_path() ==
          fs::canonical(tree.prefix() / "lib/fthost/plugins"));

  const TinyPipeline tiny;
  const auto check = tree.fthost({"check", "tiny.toml"}, tiny.folder().path());
  INFO(check.err);
  if (kHasEngine) {
    CHECK(check.status == 0);
    CHECK(check.err == "tiny.toml: no errors\n");
  } else {
    // Three plugins that use tensors are not there.
    CHECK(check.status == 2);
    CHECK(std::regex_replace(check.err, std::regex("[^]*?(there is no \\w+ plugin '\\w+')[^]*?"), "$1|")
              .starts_with("there is no model plugin 'bert'|there is no head plugin 'ner'|"
                           "there is no optimizer plugin 'adamw'|"));
  }
}

TEST_CASE("a moved tree says which commands and components there are to bash", "[pipeline][install]") {
  const Installation tree;
  const auto complete = [&](const std::string& words) {
    const auto script = "source '" + (tree.prefix() / "share/bash-completion/completions/fthost").string() +
                        "'; COMP_WORDS=(fthost " + words +
                        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _fthost fthost \"${COMP_WORDS[COMP_CWORD]}\" x; "
                        "echo \"${COMPREPLY[*]}\"; complete -p fthost";
    const auto outcome = tree.run({"bash", "-c", script}, tree.workplace());
    CHECK(outcome.err.empty());
    CHECK(outcome.out.ends_with("\ncomplete -o bashdefault -o default -F _fthost fthost\n"));
    return outcome.out.substr(0, outcome.out.find('\n'));
  };
  CHECK(complete("pl") == "plan plugins");
  CHECK(complete("my") == "");  // files, which bash itself completes
  CHECK(complete("score --") == "--help --scheme --json");
  CHECK(complete("my.toml --se") == "--set");
  CHECK(complete("options freezing/cl") == "freezing/classifier-only");
  CHECK(complete("new fre") == "freezing");
}

TEST_CASE("a plugin without tensors is built outside against a tree that has no LibTorch", "[pipeline][install]") {
  const Installation tree;
  const auto build = tree.workplace() / "build";
  fs::remove(tree.prefix() / "lib/fthost/libtorch");
  const auto outside = fs::path(FTHOST_TEST_DATA) / "install/outside";
  const auto configured = tree.configure(outside, {}, build);
  INFO(configured.err);
  REQUIRE(configured.status == 0);
  CHECK(configured.err.empty());
  const auto built = tree.run({FTHOST_CMAKE, "--build", build.string()}, tree.workplace());
  INFO(built.out);
  REQUIRE(built.status == 0);
  const auto library = inspect_library(fs::canonical(build / "norms.so"), host_fingerprint());
  CHECK(library.description.fingerprint.libtorch.empty());
  CHECK(library.description.fingerprint.cuda.empty());
  const auto check = tree.fthost({"check", (build / "norms.so").string()});
  INFO(check.err);
  CHECK(check.status == 0);

  // What fthost asks of its own sources is not asked of others.
  const auto commands = text_of(build / "compile_commands.json");
  for (const auto* flag : {"-Werror", "-Wall", "-fstack-protector", "_FORTIFY_SOURCE", "_GLIBCXX_ASSERTIONS", "torch"})
    CHECK(commands.find(flag) == std::string::npos);

  for (const auto& [words, said] : {std::pair{"SOURCE;norms.cpp", "what is 'SOURCE'? It takes SOURCES, TENSORS, CUDA"},
                                    std::pair{"LIBRARIES;fthost::sdk", "no SOURCES"}}) {
    const auto mistaken =
        tree.configure(outside, {std::string("-DWITH_MISTAKE=") + words}, tree.workplace() / "mistaken");
    CHECK(mistaken.status != 0);
    INFO(mistaken.err);
    CHECK(unwrapped(mistaken.err).find(std::string("fthost_add_plugin(mistaken): ") + said) != std::string::npos);
  }

  const auto with_tensors = tree.configure(outside, {"-DWITH_TENSORS=ON"}, build);
  CHECK(with_tensors.status != 0);
  const auto prefix = fs::canonical(tree.prefix()).string();
  const auto said = unwrapped(with_tensors.err);
  CHECK(said.find(kHasEngine
                      ? "fthost_add_plugin(descent): it has TENSORS. No LibTorch was found: point the link " + prefix +
                            "/lib/fthost/libtorch, or FTHOST_LIBTORCH, at the folder that holds "
                            "include/ and lib/ of LibTorch " FTHOST_LIBTORCH_VERSION "."
                      : "fthost_add_plugin(descent): it has TENSORS. The fthost in " + prefix +
                            " was built without LibTorch (FTHOST_TENSORS=OFF).") != std::string::npos);
}

TEST_CASE("plugins that are built outside against a moved tree take part in a run", "[slow][install]") {
  if (lacks_engine()) return;
  const Installation tree;
  const auto build = tree.workplace() / "build";
  REQUIRE(tree.configure(fs::path(FTHOST_TEST_DATA) / "install/outside", {"-DWITH_TENSORS=ON"}, build).status == 0);
  const auto built = tree.run({FTHOST_CMAKE, "--build", build.string()}, tree.workplace());
  INFO(built.out);
  REQUIRE(built.status == 0);
  const auto library = inspect_library(fs::canonical(build / "descent.so"), host_fingerprint());
  CHECK(library.description.fingerprint.libtorch == FTHOST_LIBTORCH_VERSION);
  CHECK(library.description.fingerprint.cuda.empty());

  const TinyPipeline tiny;
  require(tree.run_pipeline(tiny, "norms", {"freezing.plugin=norms"}, build));
  const auto changed = tiny.changed_tensors("norms");
  CHECK(changed.size() == 10);  // weight and bias: of the embeddings, and of two norms in both layers
  for (const auto& name : changed) CHECK(name.find("LayerNorm") != std::string::npos);
  require(tree.run_pipeline(tiny, "descent", {"optimizer.plugin=descent"}, build));
  CHECK(tiny.weights("descent") != tiny.weights("norms"));

  // Installed into the tree they are found without being named, and after another move too.
  const auto installed =
      tree.run({FTHOST_CMAKE, "--install", build.string(), "--prefix", tree.prefix().string()}, tree.workplace());
  REQUIRE(installed.status == 0);
  CHECK(run_path_of(tree.prefix() / "lib/fthost/plugins/descent.so") ==
        std::vector<std::string>{"$ORIGIN/../..", "$ORIGIN/../libtorch/lib"});
  require(tree.run_pipeline(tiny, "again", {"optimizer.plugin=descent"}, ""));
  CHECK(tiny.weights("again") == tiny.weights("descent"));
}

TEST_CASE("a plugin with code for CUDA says for which CUDA it was built", "[slow][install]") {
  if (std::string_view(FTHOST_NVCC).empty()) {
    WARN("skipped: there is no CUDA library in this build");
    return;
  }
  const Installation tree;
  const auto build = tree.workplace() / "build";
  const auto configured =
      tree.configure(fs::path(FTHOST_TEST_DATA) / "install/outside",
                     {"-DWITH_CUDA=ON", "-DCMAKE_CUDA_COMPILER=" FTHOST_NVCC, "-DCMAKE_CUDA_ARCHITECTURES=90"}, build);
  INFO(configured.err);
  REQUIRE(configured.status == 0);
  const auto built = tree.run({FTHOST_CMAKE, "--build", build.string()}, tree.workplace());
  INFO(built.out);
  REQUIRE(built.status == 0);
  const auto library = inspect_library(fs::canonical(build / "device-descent.so"), host_fingerprint());
  CHECK(library.description.fingerprint.libtorch == FTHOST_LIBTORCH_VERSION);
  CHECK(library.description.fingerprint.cuda == host_fingerprint().cuda);
  CHECK_FALSE(host_fingerprint().cuda.empty());
}

TEST_CASE("a tree whose LibTorch is gone says where to point the link", "[pipeline][install]") {
  if (lacks_engine()) return;
  const Installation tree;
  const auto link = fs::canonical(tree.prefix()) / "lib/fthost/libtorch";
  const auto engine = link.parent_path() / "libfthost_engine.so";
  fs::remove(link);
  fs::create_symlink("/nowhere/torch", link);
  const TinyPipeline tiny;
  const auto outcome = tree.fthost({"tiny.toml"}, tiny.folder().path());
  CHECK(outcome.status == 1);
  const auto cannot = "error: cannot open the engine " + engine.string() + ": ";
  const auto advice =
      "\n  Point the link at the folder that holds its include/ and lib/: ln -sfn FOLDER " + link.string() + "\n";
  CHECK(outcome.err == cannot + "LibTorch " FTHOST_LIBTORCH_VERSION " is missing: " + link.string() +
                           " leads to /nowhere/torch, which is not there" + advice);

  const auto empty = tree.workplace() / "torch";
  fs::create_directories(empty / "lib");
  fs::remove(link);
  fs::create_symlink(empty, link);
  const auto other = tree.fthost({"tiny.toml"}, tiny.folder().path());
  CHECK(other.status == 1);
  INFO(other.err);
  CHECK(other.err.starts_with(cannot));
  CHECK(other.err.ends_with("; it wants LibTorch " FTHOST_LIBTORCH_VERSION ", and " + link.string() + " leads to " +
                            empty.string() + advice));
  fs::remove(link);
  fs::create_symlink(FTHOST_LIBTORCH, link);
  CHECK(tree.fthost({"doctor"}).out.ends_with("\nall that a run needs is here\n"));
}

}  // namespace
}  // namespace fthost
