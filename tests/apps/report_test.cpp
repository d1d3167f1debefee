// fthost report.

#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/apps/program.h"
#include "tests/catch.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

const std::string kRuns = FTHOST_TEST_DATA "/core/report/run-folders";

TEST_CASE("report writes a page and its charts", "[unit][apps][report]") {
  const TemporaryFolder folder;
  const auto outcome =
      run_program({"report", kRuns + "/full", kRuns + "/head-1", "-o", "r.html", "--charts", "charts"}, folder.path());
  CHECK(outcome.status == 0);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "r.html: 2 runs\n");
  CHECK(folder.read("r.html").starts_with("<!DOCTYPE html>\n"));
  CHECK(folder.read("charts/dev_f1-by-layers.svg").starts_with("<svg "));
  CHECK(std::distance(fs::directory_iterator(folder / "charts"), {}) == 12);
}

TEST_CASE("report says all that is wrong with its folders, and writes nothing", "[unit][apps][report]") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "bad");
  folder.write("bad/run.json", "{}");
  const auto outcome = run_program({"report", "nowhere", "bad", kRuns + "/full"}, folder.path());
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "nowhere: error: there is no such folder\n"
        "  expected the folder of a run, such as runs/quickstart, or one that holds several\n"
        "bad/run.json: error: expected name to be a string, found nothing\n");
  CHECK_FALSE(fs::exists(folder / "report.html"));
}

TEST_CASE("report needs a run", "[unit][apps][report]") {
  const auto outcome = run_program({"report"});
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "fthost: error: report needs the folder of a run\n"
        "  usage: fthost report RUN… [-o FILE] [--charts DIR]\n");
}

TEST_CASE("report fails when it cannot write", "[unit][apps][report]") {
  const auto outcome = run_program({"report", kRuns, "-o", "/proc/r.html"});
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find("error: cannot open /proc/") != std::string::npos);
}

TEST_CASE("report says where it cannot write before it reads", "[unit][apps][report]") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "bad");
  folder.write("bad/run.json", "{}");
  const auto said = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"report", "bad", "nowhere"});
    const auto outcome = run_program(words, folder.path());
    CHECK(outcome.status == 2);
    return outcome.err;
  };
  const std::string nowhere =
      "nowhere: error: there is no such folder\n"
      "  expected the folder of a run, such as runs/quickstart, or one that holds several\n";
  CHECK(said({"-o", "missing/r.html", "--charts", "missing/x/"}) ==
        "missing/r.html: error: there is no folder missing for the page\n"
        "  make that folder, or name another file with -o\n"
        "missing/x/: error: there is no folder missing for that of the charts\n"
        "  make it, or name another folder with --charts\n" +
            nowhere);
  CHECK(said({"-o", "bad", "--charts", "bad/run.json"}) ==
        "bad: error: expected a file for the page, found a folder\n"
        "  -o names a file\n"
        "bad/run.json: error: expected a folder for the charts, found a file\n"
        "  name another folder with --charts\n" +
            nowhere);
  CHECK_FALSE(fs::exists(folder / "missing"));
}

TEST_CASE("report replaces its own pages, and no other file", "[unit][apps][report]") {
  const TemporaryFolder folder;
  fs::copy(kRuns + "/full", folder / "full");
  for (const auto* file : {"full/run.json", "full/metrics.csv", "full/pipeline.toml"}) {
    const auto before = folder.read(file);
    const auto outcome = run_program({"report", "full", "-o", file}, folder.path());
    CHECK(outcome.status == 2);
    CHECK(outcome.err == std::string(file) +
                             ": error: it is there already and no page of a report, and would be lost\n"
                             "  name another file with -o\n");
    CHECK(folder.read(file) == before);
  }
  folder.write("full/r.html", "");
  for (int time = 0; time < 2; ++time)
    CHECK(run_program({"report", "full", "-o", "full/r.html", "--charts", "charts/"}, folder.path()).status == 0);
  CHECK(folder.read("full/r.html").starts_with("<!DOCTYPE html>\n"));
  CHECK(run_program({"report", "full", "-o", "/dev/null"}, folder.path()).status == 2);
}

/// A browser on the search path; empty: there is none.
std::string find_browser() {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t start = 0; start <= folders.size();) {
    const auto end = std::min(folders.find(':', start), folders.size());
    for (const auto* name : {"chromium", "chromium-browser", "google-chrome"}) {
      const auto file = fs::path(folders.substr(start, end - start)) / name;
      if (::access(file.c_str(), X_OK) == 0) return file.string();
    }
    start = end + 1;
  }
  return "";
}

/// The colours of a picture, each once, as numbers.
std::set<std::uint32_t> colours_of(const fs::path& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, file.c_str()) != 0);
  image.format = PNG_FORMAT_RGBA;
  std::vector<std::uint32_t> pixels(static_cast<std::size_t>(image.width) * image.height);
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  return {pixels.begin(), pixels.end()};
}

/// Runs the browser on the page; returns what it said.
std::string take_picture(const std::string& browser, const TemporaryFolder& folder, const std::string& size,
                         const std::string& more = "") {
  const auto command = browser + " --headless --no-sandbox --disable-gpu --hide-scrollbars --enable-logging=stderr" +
                       " --user-data-dir=" + (folder / "profile").string() + " --window-size=" + size + " " + more +
                       " --screenshot=" + (folder / "shot.png").string() + " file://" + (folder / "r.html").string() +
                       " >" + (folder / "said").string() + " 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(cert-env33-c)
  return folder.read("said");
}

TEST_CASE("report is shown by a browser, by day, by night and on a phone", "[slow][apps][report]") {
  const auto browser = find_browser();
  if (browser.empty()) {
    WARN("skipped: there is no chromium here");
    return;
  }
  const TemporaryFolder folder;
  REQUIRE(run_program({"report", kRuns, "-o", "r.html"}, folder.path()).status == 0);
  const std::vector<std::pair<std::string, std::string>> ways = {
      {"1200,2400", ""}, {"1200,2400", "--blink-settings=preferredColorScheme=0"}, {"500,1800", ""}};
  std::vector<std::set<std::uint32_t>> colours;
  for (const auto& [size, more] : ways) {
    const auto said = take_picture(browser, folder, size, more);
    INFO(said);
    CHECK(said.find("CONSOLE") == std::string::npos);
    colours.push_back(colours_of(folder / "shot.png"));
  }
  const auto colour = [](std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return red | green << 8U | blue << 16U | 0xFF000000U;
  };
  CHECK(colours[0].count(colour(0x00, 0x72, 0xB2)) == 1);  // the first series' line
  CHECK(colours[0].count(colour(0xD5, 0x5E, 0x00)) == 1);
  CHECK(colours[1].count(colour(0x0D, 0x11, 0x17)) == 1);  // dark paper
  CHECK(colours[1].count(colour(0x56, 0xB4, 0xE9)) == 1);
  CHECK(colours[1].count(colour(0xFF, 0xFF, 0xFF)) == 0);
  CHECK(colours[2].count(colour(0x00, 0x72, 0xB2)) == 1);
}

}  // namespace
}  // namespace fthost
