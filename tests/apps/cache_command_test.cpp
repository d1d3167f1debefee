// fthost cache.

#include <regex>

#include "core/cache/folder.h"
#include "tests/apps/tiny_pipeline.h"
#include "tests/catch.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

Outcome cache(const TinyPipeline& tiny, std::vector<std::string> words) {
  words.insert(words.begin(), "cache");
  return run_program(words, tiny.folder().path());
}

nlohmann::json listed(const TinyPipeline& tiny) {
  const auto outcome = cache(tiny, {"ls", "tiny.toml", "--json"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return nlohmann::json::parse(outcome.out);
}

TEST_CASE("cache fill computes several boundaries in one pass, and a run finds them", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  const auto filled = cache(tiny, {"fill", "tiny.toml", "--boundaries", "2,0,1"});
  INFO(filled.err);
  REQUIRE(filled.status == 0);
  CHECK(std::regex_replace(filled.out, std::regex("in [0-9.]+ s"), "in TIME") ==
        "boundary 0: 12 examples computed in TIME, 6 were there\n"
        "boundary 1: 12 examples computed in TIME, 6 were there\n"
        "boundary 2: 12 examples computed in TIME, 6 were there\n");
  CHECK(listed(tiny).size() == 3);
  for (const auto* layers : {"0", "1", "2"}) {
    const auto name = std::string("run-") + layers;
    const auto run = tiny.run(
        {"--set", "cache.mode=disk", "--set", "run.name=" + name, "--set", std::string("freezing.layers=") + layers});
    REQUIRE(run.status == 0);
    CHECK(tiny.record(name).at("cache").at("misses") == 0);
  }
}

TEST_CASE("cache ls says what is kept", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  CHECK(listed(tiny).empty());
  REQUIRE(cache(tiny, {"fill", "tiny.toml"}).status == 0);
  const auto json = listed(tiny).at(0);
  CHECK(json.at("examples") == 12);
  CHECK(json.at("about").at("boundary") == 1);
  CHECK(json.at("about").at("hidden_size") == 32);
  const auto text = cache(tiny, {"ls", "cache"});
  CHECK(text.status == 0);
  CHECK(text.out.find("boundary  model") == 0);
  CHECK(text.out.find("       1  bert") != std::string::npos);
}

TEST_CASE("cache verify removes what is damaged, and gc what is too much", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  REQUIRE(cache(tiny, {"fill", "tiny.toml", "--boundaries", "0,1"}).status == 0);
  CHECK(cache(tiny, {"verify", "cache"}).out == "2 files are whole, 0 were damaged\n");
  const auto segment = list_segments(tiny.folder() / "cache").front();
  fs::resize_file(segment.path, segment.bytes - 1);
  const auto verified = cache(tiny, {"verify", "tiny.toml"});
  CHECK(verified.status == 1);
  CHECK(verified.out == "removed " + segment.path.string() +
                            ": it is too short for the rows that it names\n1 file is whole, 1 was damaged\n");
  CHECK(cache(tiny, {"verify", "cache"}).out == "1 file is whole, 0 were damaged\n");
  CHECK(cache(tiny, {"gc", "cache", "--keep", "1"}).out == "removed 0 files, 0.0 MB\n");
  CHECK(cache(tiny, {"gc", "cache", "--keep", "0"}).out == "removed 1 file, 0.0 MB\n");
  CHECK(list_segments(tiny.folder() / "cache").empty());
}

TEST_CASE("cache verify removes nothing that it could not read", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  REQUIRE(cache(tiny, {"fill", "tiny.toml", "--boundaries", "0,1"}).status == 0);
  const auto segments = list_segments(tiny.folder() / "cache");
  REQUIRE(segments.size() == 2);
  const auto large = segments[0].path, empty = segments[1].path;
  fs::resize_file(large, std::uintmax_t{64} << 30);  // with a hole in it: takes no room
  fs::resize_file(empty, 0);
  const auto verified = run_process(
      {"bash", "-c", "ulimit -v 16777216 && exec \"$0\" cache verify cache", FTHOST_BUILD_DIR "/bin/fthost"},
      tiny.folder().path());
  CHECK(verified.status == 1);
  CHECK(verified.out.find("cannot map cache/" + fs::relative(large, tiny.folder() / "cache").string() +
                          ": Cannot allocate memory\n") != std::string::npos);
  CHECK(verified.out.find("removed cache/" + fs::relative(empty, tiny.folder() / "cache").string() +
                          ": it is empty\n") != std::string::npos);
  CHECK(verified.out.ends_with("\n0 files are whole, 1 was damaged, 1 could not be read\n"));
  CHECK(fs::exists(large));
  CHECK_FALSE(fs::exists(empty));
}

TEST_CASE("cache gc says what the disk does not let go", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  REQUIRE(cache(tiny, {"fill", "tiny.toml", "--boundaries", "0,1"}).status == 0);
  const auto segments = list_segments(tiny.folder() / "cache");
  REQUIRE(segments.size() == 2);
  // Root may do what it likes in any folder, unless that capability is taken from it.
  const auto collect = [&](const std::string& keep) {
    return run_process(
        {"bash", "-c", "[ \"$(id -u)\" != 0 ] || set -- setpriv --bounding-set=-dac_override \"$@\"; exec \"$@\"",
         "bash", FTHOST_BUILD_DIR "/bin/fthost", "cache", "gc", "cache", "--keep", keep},
        tiny.folder().path());
  };
  const auto stays = [&](const SegmentFile& segment) {
    return "cannot remove cache/" + fs::relative(segment.path, tiny.folder() / "cache").string() +
           ": Permission denied\n";
  };
  for (const auto& segment : segments)
    fs::permissions(segment.path.parent_path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto neither = collect("0");
  CHECK(neither.status == 1);
  CHECK(neither.out == "removed 0 files, 0.0 MB\n2 files stay, the first for this: " + stays(segments[0]));
  const auto room = collect("1");
  CHECK(room.status == 0);
  CHECK(room.out == "removed 0 files, 0.0 MB\n");
  fs::permissions(segments[0].path.parent_path(), fs::perms::owner_all);
  const auto one = collect("0");
  CHECK(one.status == 1);
  CHECK(one.out == "removed 1 file, 0.0 MB\n1 file stays: " + stays(segments[1]));
  fs::permissions(segments[1].path.parent_path(), fs::perms::owner_all);
  CHECK(collect("0").status == 0);
}

TEST_CASE("cache fill that keeps nothing fails", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  const auto outcome = cache(tiny, {"fill", "tiny.toml", "--set", "cache.disk=0", "--set", "cache.memory=0"});
  CHECK(outcome.status == 1);
  CHECK(outcome.out.find("; not all of it is kept") != std::string::npos);
}

TEST_CASE("cache refuses what it cannot do", "[pipeline][apps][cache]") {
  const TinyPipeline tiny;
  const auto refused = [&](const std::vector<std::string>& words) {
    const auto outcome = cache(tiny, words);
    CHECK(outcome.status == 2);
    return outcome.err;
  };
  CHECK(refused({"lss", "cache"}) ==
        "fthost: error: cache does ls, verify, gc or fill, not 'lss'; did you mean 'ls'?\n");
  CHECK(refused({"gc", "tiny.toml"}) == "fthost: error: gc needs --keep: how many MiB may stay\n");
  CHECK(refused({"fill", "tiny.toml", "--set", "freezing.frozen_dropout=true"})
            .find("each step's rows are another draw: nothing can be kept") != std::string::npos);
  CHECK(refused({"gc", "tiny.toml", "--keep", "-1"}) == "fthost: error: --keep must be 0 or more\n");
  CHECK(refused({"fill", "tiny.toml", "--boundaries", "1,x"}) ==
        "fthost: error: --boundaries takes numbers apart by commas, such as 0,3,6, not '1,x'\n");
  CHECK(refused({"fill", "tiny.toml", "--boundaries", "3"}) ==
        "fthost: error: there is no boundary 3: the model has 0 to 2\n");
  CHECK(refused({"fill", "tiny.toml", "--set", "freezing.plugin=full"})
            .find("there is no prefix whose rows could be kept: the embeddings learn") != std::string::npos);
}

}  // namespace
}  // namespace fthost
