// golden/report.html is the page about the five runs in run-folders/: a model of two layers with 32 units on 40
// sentences that know four words, and cost a second to make. After a wanted change, FTHOST_ACCEPT=1 fthost_tests
// "[golden]" writes it anew; then look at it and read the difference.

#include "core/report/page.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "tests/catch.h"
#include "tests/core/report/made_runs.h"
#include "tests/core/report/made_sequence.h"
#include "tests/core/report/well_formed.h"

namespace fthost::report {
namespace {

namespace fs = std::filesystem;

const fs::path kHere = FTHOST_TEST_DATA "/core/report";

std::vector<RunFiles> golden_runs() {
  std::vector<Message> messages;
  std::vector<RunFiles> runs;
  for (const auto& folder : run_folders(kHere / "run-folders", messages)) {
    auto run = read_run_files(folder, messages);
    REQUIRE(run);
    run->folder = "runs/" + folder.filename().string();
    runs.push_back(std::move(*run));
  }
  return runs;
}

TEST_CASE("page about the golden runs", "[unit][report][golden]") {
  const auto file = kHere / "golden" / "report.html";
  const auto page = write_page(golden_runs(), {}, {});
  std::ifstream in(file, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  CHECK((page == expected));
  if (std::getenv("FTHOST_ACCEPT") != nullptr) std::ofstream(file, std::ios::binary) << page;
}

TEST_CASE("page is well-formed, and what it points at is there", "[unit][report]") {
  const auto page = write_page(golden_runs(), {}, {});
  const WellFormed checked(page);
  CHECK(checked.problem().empty());
  CHECK(checked.references().size() > 10);
  for (const auto& id : checked.references()) {
    INFO(id);
    CHECK(checked.ids().count(id) == 1);
  }
}

TEST_CASE("page needs nothing but itself", "[unit][report]") {
  const auto page = write_page(golden_runs(), {}, {});
  for (const auto* word : {"<script", "src=", "@import", "url(", "href=\"http", "<iframe"}) {
    INFO(word);
    CHECK(page.find(word) == std::string::npos);
  }
}

TEST_CASE("page escapes all that comes from files", "[unit][report]") {
  const std::string evil = "</td><script>alert(1)</script>\"'&\x01\xff";
  auto run = made_run(1, 1, {0.5}, {{evil, evil}});
  auto other = made_run(1, 1, {0.6}, {{evil, "x"}});
  for (auto* text : {&run.name, &run.folder, &run.state, &run.reason, &run.boundary, &run.pipeline}) *text = evil;
  run.labels = {evil};
  run.versions = {{evil, evil}};
  run.hashes = {{evil, evil}};
  run.cache = CacheFigures{evil, 1, 1, 1, 1, 1, 1};
  run.drift = {{1, evil, 1, 1}, {1, "layer.0." + evil, 1, 1}};
  Message warning;
  warning.place.file = evil;
  warning.text = evil;
  auto sequence = made_sequence();
  for (auto* text :
       {&sequence.name, &sequence.start, &sequence.tasks[0], &sequence.rows[0].task, &sequence.rows[0].drift[0].stage})
    *text = evil;
  const std::vector runs = {run, other};
  const auto page = write_page(runs, {sequence}, {warning});
  CHECK(WellFormed(page).problem().empty());
  CHECK(page.find("<script") == std::string::npos);
  CHECK(std::none_of(page.begin(), page.end(), [](char c) { return c == '\x01' || c == '\xff'; }));
  for (const auto& [name, text] : chart_files(runs, {sequence})) {
    INFO(name);
    CHECK(WellFormed(text).problem().empty());
  }
}

TEST_CASE("page shows a sequence's matrix, what was forgotten, and its charts", "[unit][report][sequence]") {
  const std::vector runs = {made_run(1, 1, {0.75}), made_run(2, 1, {0.8125})};
  const auto page = write_page(runs, {made_sequence()}, {});
  const WellFormed checked(page);
  CHECK(checked.problem().empty());
  for (const auto& id : checked.references()) CHECK(checked.ids().count(id) == 1);
  const auto rows = [](const std::string& text) {
    return std::regex_replace(text, std::regex("</t[dhr]>\n|<tr>"), "");
  };
  CHECK(rows(page).find("<th>after<th>people<th>towns<th>diseases"
                        "<td>people<td>0.75<td><td>"
                        "<td>towns<td>0.5<td>0.812<td>"
                        "<td>forgetting<td>0.25<td><td>") != std::string::npos);
  std::vector<std::string> names;
  for (const auto& [name, text] : chart_files(runs, {made_sequence()})) names.push_back(name);
  REQUIRE(names.size() > 3);
  CHECK(std::vector(names.begin(), names.begin() + 3) ==
        std::vector<std::string>{"sequence-1-f1.svg", "sequence-1-drift-iterative.svg", "sequence-1-drift-base.svg"});
  CHECK(write_page(runs, {}, {}).find("equence") == std::string::npos);
}

TEST_CASE("page of a run without any figure says what there is", "[unit][report]") {
  const auto page = write_page({made_run(1, 1, {})}, {}, {});
  CHECK(WellFormed(page).problem().empty());
  CHECK(page.find("No run has measured drift") != std::string::npos);
  CHECK(chart_files({made_run(1, 1, {})}, {}).empty());
}

TEST_CASE("page says what the figures of its summary are", "[unit][report]") {
  CHECK(
      write_page({made_run(1, 1, {0.5})}, {}, {})
          .find("</div>\n<p>F1 and loss are those of the model that was kept, or of the last epoch. Seconds are those "
                "of training, evaluation left out, with what the run itself filled of the cache: an epoch&#39;s is the "
                "mean over all of a run&#39;s epochs, training their sum. ±: standard deviation over seeds.</p>") !=
      std::string::npos);
}

TEST_CASE("page's charts can be scrolled where they do not fit", "[unit][report]") {
  const auto page = write_page({made_run(1, 1, {0.5})}, {}, {});
  CHECK(page.find("<figure><div class=\"scroll\"><svg ") != std::string::npos);
  CHECK(page.find("<figure><svg ") == std::string::npos);
  CHECK(page.find("svg.chart{display:block;width:100%;min-width:26rem;height:auto}") != std::string::npos);
}

TEST_CASE("page says why there are no seconds", "[unit][report]") {
  std::vector runs = {made_run(1, 1, {0.5}), made_run(1, 2, {0.7})};
  runs[1].machine = "another";
  CHECK(write_page(runs, {}, {})
            .find("<p>No seconds of last 1: its runs had different processors, devices, number types or numbers of "
                  "threads.</p>") != std::string::npos);
  CHECK(write_page({runs[0]}, {}, {}).find("No seconds") == std::string::npos);
}

TEST_CASE("charts are files of their own", "[unit][report]") {
  const auto files = chart_files(golden_runs(), {});
  std::vector<std::string> names;
  for (const auto& [name, text] : files) {
    names.push_back(name);
    INFO(name);
    CHECK(WellFormed(text).problem().empty());
    CHECK(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  }
  CHECK(names == std::vector<std::string>{"train_loss-by-layers.svg", "dev_loss-by-layers.svg", "dev_f1-by-layers.svg",
                                          "seconds-by-layers.svg", "train_loss-by-epoch.svg", "dev_loss-by-epoch.svg",
                                          "dev_f1-by-epoch.svg", "seconds-by-epoch.svg", "f1-against-seconds.svg",
                                          "drift-1.svg", "drift-2.svg", "drift-3.svg", "predicted-and-measured.svg"});
}

}  // namespace
}  // namespace fthost::report
