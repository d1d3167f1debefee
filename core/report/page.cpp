#include "core/report/page.h"

#include <fthost/message.h>

#include <algorithm>
#include <cmath>

#include "core/report/comparison.h"
#include "core/report/drawing.h"
#include "core/report/drift.h"
#include "core/report/figures.h"
#include "core/report/kinds.h"
#include "core/report/markup.h"
#include "core/report/published.h"
#include "core/report/sequence_figures.h"
#include "core/report/study_times.h"
#include "core/report/style.h"
#include "core/report/trends.h"

namespace fthost::report {
namespace {

/// What the page shows of a sequence.
struct SequenceContents {
  const SequenceRecord* record;
  Chart f1;
  std::vector<HeatMap> drift;
};

/// All that the page shows, worked out once.
struct Contents {
  std::vector<Group> groups;
  const Published* published = nullptr;  ///< Null: nothing to compare with.
  std::vector<Chart> by_epoch, by_setting;
  Chart f1_by_option, frontier, cost;
  std::vector<HeatMap> drift;
  std::vector<SequenceContents> sequences;

  Contents(const std::vector<RunFiles>& runs, const std::vector<SequenceRecord>& records) : groups(compare(runs)) {
    if (compares_with(published_figures(), runs)) published = &published_figures();
    by_epoch = figures_by_epoch(groups, published);
    by_setting = figures_by_setting(groups, published);
    f1_by_option = report::f1_by_option(groups);
    frontier = report::frontier(groups);
    cost = predicted_and_measured(groups);
    drift = drift_maps(groups);
    for (const auto& record : records) {
      const auto id = "sequence-" + std::to_string(sequences.size() + 1);
      sequences.push_back({&record, f1_after_tasks(record, id), drift_after_tasks(record, id)});
    }
  }

  /// Calls `take` for each chart that has something to show, in the order of the page.
  template <class Take>
  void each_chart(const Take& take) const {
    for (const auto& sequence : sequences) {
      if (!sequence.f1.is_empty()) take(sequence.f1);
      for (const auto& map : sequence.drift)
        if (!map.is_empty()) take(map);
    }
    for (const auto* charts : {&by_setting, &by_epoch})
      for (const auto& chart : *charts)
        if (!chart.is_empty()) take(chart);
    if (!f1_by_option.is_empty()) take(f1_by_option);
    if (!frontier.is_empty()) take(frontier);
    for (const auto& map : drift)
      if (!map.is_empty()) take(map);
    if (!cost.is_empty()) take(cost);
  }
};

std::string spread_text(const std::optional<Spread>& spread) {
  if (!spread) return "";
  const auto mean = figure_text(spread->mean);
  return spread->runs > 1 ? mean + " ± " + figure_text(spread->deviation, 2) : mean;
}

std::string optional_text(const std::optional<double>& value) {
  return value ? figure_text(*value, 3) : "";
}

class Page {
 public:
  Page(const std::vector<RunFiles>& runs, const std::vector<SequenceRecord>& sequences,
       const std::vector<Message>& warnings)
      : runs_(runs), warnings_(warnings), contents_(runs, sequences) {}

  std::string write() {
    html_.raw(kPageStart).open("html", {{"lang", "en"}});
    write_head();
    html_.open("body");
    write_header();
    html_.open("main");
    write_summary();
    write_sequences();
    write_curves();
    write_drift();
    write_cost();
    write_runs();
    html_.close().close().close();
    return html_.take();
  }

 private:
  void write_head() {
    html_.open("head").empty("meta", {{"charset", "utf-8"}});
    html_.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    html_.empty("link", {{"rel", "icon"}, {"href", "data:,"}});  // else browsers ask for a file
    html_.element("title", "fthost report: " + title());
    html_.open("style").raw(chart_style()).raw(page_style()).close().close();
  }

  std::string title() const { return runs_.size() == 1 ? runs_.front().name : std::to_string(runs_.size()) + " runs"; }

  void heading(const std::string& id, const std::string& text) { html_.element("h2", text, {{"id", id}}); }

  void write_header() {
    html_.open("header").element("h1", "fthost report: " + title());
    html_.open("nav");
    if (!contents_.sequences.empty()) html_.element("a", "Sequences", {{"href", "#sequences"}});
    for (const auto& [id, text] :
         {std::pair{"figures", "Figures"}, {"drift", "Drift"}, {"cost", "Cost"}, {"runs", "What was run"}})
      html_.element("a", text, {{"href", "#" + std::string(id)}});
    html_.close().close();
  }

  void write_summary() {
    for (const auto& warning : warnings_)
      html_.element("p", warning.place.file + ": " + warning.text, {{"class", "warning"}});
    write_summary_table();
    for (const auto& sentence : {f1_kinds(contents_.groups), loss_kinds(contents_.groups)})
      if (!sentence.empty()) html_.element("p", sentence, {{"class", "warning"}});
    for (const auto& group : contents_.groups)
      if (!group.is_of_one_machine())
        html_.element("p", "No seconds of " + group.label +
                               ": its runs had different processors, devices, number types or numbers of threads.");
    for (const auto& sentence : trends(contents_.groups)) html_.element("p", sentence);
    for (const auto& sentence : time_sentences(study_times(runs_))) html_.element("p", sentence);
    if (contents_.published != nullptr) html_.element("p", "Published: " + contents_.published->source);
  }

  void table_header(std::initializer_list<std::string_view> names) {
    html_.open("div", {{"class", "scroll"}}).open("table").open("tr");
    for (const auto name : names) html_.element("th", name);
    html_.close();
  }

  void row(std::initializer_list<std::string> cells) {
    html_.open("tr");
    for (const auto& cell : cells) html_.element("td", cell);
    html_.close();
  }

  void end_table() { html_.close().close(); }

  void write_summary_table() {
    table_header({"what learns", "runs", "learning parameters", "F1 on dev", "dev loss", "F1 on test", "an epoch (s)",
                  "training (s)"});
    for (const auto& group : contents_.groups) {
      const auto test = group.over([](const RunFiles& run) -> std::optional<double> {
        const auto found = run.test.find("test_f1");
        return found == run.test.end() ? std::nullopt : std::optional(found->second);
      });
      row({group.label, std::to_string(group.runs.size()), std::to_string(group.runs.front()->learning_parameters),
           spread_text(group.at_end("dev_f1")), spread_text(group.at_end("dev_loss")), spread_text(test),
           spread_text(group.mean("seconds")), spread_text(group.sum("seconds"))});
    }
    end_table();
    html_.element(
        "p",
        "F1 and loss are those of the model that was kept, or of the last epoch. Seconds are those of training, "
        "evaluation left out, with what the run itself filled of the cache: an epoch's is the mean over all of "
        "a run's epochs, training their sum. ±: standard deviation over seeds.");
  }

  void write_sequences() {
    if (contents_.sequences.empty()) return;
    heading("sequences", "Sequences");
    html_.element(
        "p",
        "F1 on dev of each task (columns) after each task (rows), with its head as it was saved on the encoder "
        "of then. Forgetting: the best F1 that a task had, less what it has after the last row.");
    for (const auto& sequence : contents_.sequences) {
      html_.element("h3", sequence.record->name);
      write_matrix(*sequence.record);
      figures(std::vector{sequence.f1});
      figures(sequence.drift);
    }
  }

  void write_matrix(const SequenceRecord& record) {
    html_.open("div", {{"class", "scroll"}}).open("table");
    header_row(html_, "after", record.tasks);
    const auto write_row = [&](const std::string& name, const auto& figure) {
      html_.open("tr").element("td", name);
      for (std::size_t task = 0; task < record.tasks.size(); ++task) html_.element("td", optional_text(figure(task)));
      html_.close();
    };
    for (std::size_t row = 0; row < record.rows.size(); ++row)
      write_row(record.rows[row].task, [&](std::size_t task) { return record.f1(row, task); });
    write_row("forgetting", [&](std::size_t task) { return record.forgetting(task); });
    end_table();
  }

  template <class Drawing>
  void figure(const Drawing& drawing) {
    html_.open("figure").open("div", {{"class", "scroll"}}).raw(draw(drawing, false)).close();
    html_.element("figcaption", drawing.note);
    html_.open("details").element("summary", "The figures as a table");
    html_.open("div", {{"class", "scroll"}}).raw(table_of(drawing)).close().close().close();
  }

  template <class Drawings>
  void figures(const Drawings& drawings) {
    html_.open("div", {{"class", "charts"}});
    for (const auto& drawing : drawings)
      if (!drawing.is_empty()) figure(drawing);
    html_.close();
  }

  void write_curves() {
    heading("figures", "Figures");
    figures(contents_.by_setting);
    figures(contents_.by_epoch);
    figures(std::vector{contents_.f1_by_option, contents_.frontier});
  }

  void write_drift() {
    heading("drift", "Drift");
    const auto table = drift_table(contents_.groups, contents_.published);
    if (table.empty()) {
      html_.element("p", "No run has measured drift: [[sinks]] plugin = \"drift\" does.");
      return;
    }
    html_.element("p",
                  "Mean squared differences at the end of the run: against the epoch before (iterative) and against "
                  "the start (base), of the head's weight and of the uppermost layer's query weight, or of all of the "
                  "head and of that layer where the runs measured by layer.");
    table_header(
        {"what learns", "head, iterative", "head, base", "uppermost layer, iterative", "uppermost layer, base"});
    for (const auto& each : table)
      row({each.name + (each.is_published ? ", published" : ""), optional_text(each.head_iterative),
           optional_text(each.head_base), optional_text(each.layer_iterative), optional_text(each.layer_base)});
    end_table();
    figures(contents_.drift);
  }

  void write_cost() {
    heading("cost", "Cache, and seconds predicted and measured");
    table_header({"run", "cache", "hits", "misses", "reused", "filling (s)", "saved (s)", "epoch, predicted (s)",
                  "epoch, measured (s)", "run, predicted (s)", "run, measured (s)"});
    for (const auto& run : runs_) {
      const auto& cache = run.cache;
      const auto& cost = run.cost;
      row({run.name, cache ? cache->mode : "none", cache ? std::to_string(cache->hits) : "",
           cache ? std::to_string(cache->misses) : "", cache ? std::to_string(cache->reused) : "",
           cache ? figure_text(cache->fill_seconds) : "", cache ? figure_text(cache->seconds_saved) : "",
           cost ? figure_text(cost->predicted_epoch) : "", cost ? figure_text(cost->measured_epoch) : "",
           cost ? figure_text(cost->predicted) : "", figure_text(cost ? cost->measured : run.seconds)});
    }
    end_table();
    html_.element("p",
                  "Hits and misses count examples: rows that were kept when they were asked for, and rows that had to "
                  "be computed. Reused: an earlier run had left them.");
    figures(std::vector{contents_.cost});
  }

  void write_runs() {
    heading("runs", "What was run");
    for (const auto& run : runs_) {
      html_.open("details").element("summary", run.name + ": " + run.state + ", seed " + std::to_string(run.seed));
      facts("", {{"folder", run.folder}, {"reason", run.reason}, {"boundary", run.boundary}});
      facts("", run.versions);
      facts("SHA-256", run.hashes);
      if (!run.pipeline.empty()) html_.element("h3", "The pipeline").element("pre", run.pipeline);
      html_.close();
    }
  }

  void facts(const std::string& title, const Facts& facts) {
    if (!title.empty()) html_.element("h3", title);
    html_.open("table");
    for (const auto& [name, value] : facts)
      if (!value.empty())
        html_.open("tr").element("td", name, {{"class", "text"}}).element("td", value, {{"class", "text"}}).close();
    html_.close();
  }

  const std::vector<RunFiles>& runs_;
  const std::vector<Message>& warnings_;
  Contents contents_;
  Markup html_;
};

}  // namespace

std::string write_page(const std::vector<RunFiles>& runs, const std::vector<SequenceRecord>& sequences,
                       const std::vector<Message>& warnings) {
  return Page(runs, sequences, warnings).write();
}

std::vector<std::pair<std::string, std::string>> chart_files(const std::vector<RunFiles>& runs,
                                                             const std::vector<SequenceRecord>& sequences) {
  std::vector<std::pair<std::string, std::string>> files;
  Contents(runs, sequences).each_chart([&](const auto& chart) {
    files.emplace_back(chart.id + ".svg", draw(chart, true));
  });
  return files;
}

}  // namespace fthost::report
