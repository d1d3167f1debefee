#include "core/report/kinds.h"

#include "core/report/figures.h"
#include "core/report/page.h"
#include "tests/catch.h"
#include "tests/core/report/made_runs.h"

namespace fthost::report {
namespace {

const std::string kWords = "\"words\"", kTokens = "\"tokens\"", kFirst = "\"first\"", kAll = "\"all\"";

RunFiles scored(int learning, const std::string& on, const std::string& label_on) {
  auto run = made_run(learning, 1, {0.1 * (learning + 1)}, {{"train.score_on", on}, {"head.label_on", label_on}});
  run.folder = "runs/" + on.substr(1, on.size() - 2) + "/" + run.name;
  return run;
}

TEST_CASE("which tokens have labels decides on F1 where tokens are scored", "[unit][report]") {
  CHECK(f1_kind({{"train.score_on", kWords}, {"head.label_on", kAll}}) == R"(train.score_on = "words")");
  CHECK(f1_kind({{"train.score_on", kTokens}, {"head.label_on", kAll}}) ==
        R"(train.score_on = "tokens", head.label_on = "all")");
  CHECK(loss_kind({{"train.epoch_loss_over", "\"batches\""}, {"head.label_on", kAll}}) ==
        R"(head.label_on = "all", train.epoch_loss_over = "batches")");
  CHECK(f1_kind({}).empty());
}

TEST_CASE("figures of several kinds are told by variant, or by label", "[unit][report]") {
  const std::vector runs = {scored(0, kWords, kFirst), scored(0, kTokens, kAll), scored(3, kWords, kFirst),
                            scored(3, kTokens, kAll)};
  CHECK(f1_kinds(compare(runs)) ==
        "F1 is not of one kind: train.score_on = \"tokens\", head.label_on = \"all\" (head.label_on = \"all\", "
        "train.score_on = \"tokens\"); train.score_on = \"words\" (head.label_on = \"first\", train.score_on = "
        "\"words\").");
  const std::vector two = {scored(0, kWords, kFirst), scored(3, kWords, kAll)};
  CHECK(f1_kinds(compare(two)).empty());
  CHECK(loss_kinds(compare(two)) ==
        "Losses are not of one kind: head.label_on = \"all\" (last 3); head.label_on = \"first\" (classifier only).");
}

TEST_CASE("a run that does not say how it counts is of no other kind", "[unit][report]") {
  const std::vector runs = {made_run(0, 1, {0.1}), scored(3, kWords, kFirst)};
  CHECK(f1_kinds(compare(runs)).empty());
}

TEST_CASE("page and charts say that figures are of several kinds, and no line joins them", "[unit][report]") {
  const std::vector runs = {scored(0, kWords, kFirst), scored(1, kTokens, kFirst), scored(2, kWords, kFirst),
                            scored(3, kTokens, kFirst)};
  const auto groups = compare(runs);
  const auto sentence = f1_kinds(groups);
  CHECK(sentence ==
        "F1 is not of one kind: train.score_on = \"tokens\", head.label_on = \"first\" (last 1, last 3); "
        "train.score_on = \"words\" (classifier only, last 2).");
  const auto chart = frontier(groups);
  CHECK(chart.note.ends_with(sentence));
  std::size_t lines = 0;
  for (const auto& series : chart.series) lines += series.has_line ? 1 : 0;
  CHECK(lines == 2);
  const auto charts = figures_by_epoch(groups, nullptr);
  for (const auto& each : charts) CHECK(each.note.ends_with(sentence) == (each.id == "dev_f1-by-epoch"));
  CHECK(write_page(runs, {}, {}).find("<p class=\"warning\">F1 is not of one kind: ") != std::string::npos);
}

}  // namespace
}  // namespace fthost::report
