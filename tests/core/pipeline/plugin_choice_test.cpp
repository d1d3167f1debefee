#include "core/pipeline/plugin_choice.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart("\1\0\0\0\1\0\0\0\x0f\0\0\0libstdc++/cxx11", 27);
constexpr std::string_view kStartSdk9("\1\0\0\0\x09\0\0\0\x0f\0\0\0libstdc++/cxx11", 27);
const Fingerprint kHost{1, "libstdc++/cxx11", "2.11.0", ""};

TEST_CASE("a plugin that is missed is told with what was refused, and where nothing lay", "[unit][pipeline]") {
  const TemporaryFolder root;
  const auto top = fs::canonical(root.path());
  for (const auto* folder : {"plugins", "empty"}) fs::create_directory(top / folder);
  root.write("plugins/a-text.so", "a text\n");
  root.write("plugins/by-age.so", patched(bytes_of(fixture("good.so")), kStart, kStartSdk9));
  PluginRegistry registry(kHost);
  for (const auto* folder : {"plugins", "empty", "nowhere"}) registry.scan(top / folder);
  // The library that bears the name comes first.
  CHECK(known_plugins(Kind::freezing, registry, "by-age") ==
        std::vector<std::string>{
            "no freezing plugin was found; 'fthost plugins' says where they are looked for",
            "cannot use " + (top / "plugins/by-age.so").string() +
                ": built for another SDK\n"
                "            plugin           host\n"
                "  sdk       9                1                <- differs\n"
                "  c++       libstdc++/cxx11  libstdc++/cxx11\n"
                "  libtorch  none             2.11.0\n"
                "  cuda      none             none\n"
                "  Rebuild it against this fthost: CMAKE_PREFIX_PATH is to point at its installation.",
            "cannot use " + (top / "plugins/a-text.so").string() + ": it is no ELF file, so no shared library",
            "looked in " + (top / "empty").string() + ": there is no *.so in it",
            "looked in " + (top / "nowhere").string() + ": there is no such file or folder"});
}

TEST_CASE("of many refused libraries a few are told", "[unit][pipeline]") {
  const TemporaryFolder root;
  for (const auto* name : {"a.so", "b.so", "c.so", "d.so", "e.so", "libwanted.so"}) root.write(name, "a text\n");
  PluginRegistry registry(kHost);
  registry.scan(root.path());
  const auto notes = known_plugins(Kind::sink, registry, "wanted");
  REQUIRE(notes.size() == 6);
  CHECK(notes[1].find("/libwanted.so: ") != std::string::npos);
  CHECK(notes[4].find("/c.so: ") != std::string::npos);
  CHECK(notes[5] == "and 2 more files: see 'fthost plugins'");
}

}  // namespace
}  // namespace fthost
