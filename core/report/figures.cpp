#include "core/report/figures.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include "core/report/kinds.h"
#include "core/report/style.h"

namespace fthost::report {
namespace {

/// One of the reference's figures.
struct FigureKind {
  std::string_view name;  ///< As in metrics.csv.
  std::string_view title;
  std::string_view unit;
  std::string_view note;
  bool is_time;
  std::string (*kinds)(const std::vector<Group>&);  ///< Says of how many kinds it is; null: always of one.
};

constexpr std::string_view kAtEnd = "At the epoch whose model was kept, or the last.";
constexpr std::size_t kFewestInCourse = 3;
constexpr std::string_view kEntityF1 = "dev_f1", kFlatF1 = "dev_f1_flat";

constexpr FigureKind kFigures[] = {
    {"train_loss", "Train loss", "cross-entropy (nats)", "Mean over the epoch, each batch before its update.", false,
     loss_kinds},
    {"dev_loss", "Dev loss", "cross-entropy (nats)", "On the dev set, after each epoch.", false, loss_kinds},
    {kEntityF1, "F1", "entity F1 on dev", "Micro F1 of entities on the dev set, after each epoch.", false, f1_kinds},
    {kFlatF1, "F1 over one flat list", "F1 on dev, flat",
     "Micro F1 over one list of all the set's tags, end to end, as the sink f1 counts it with flat = true.", false,
     f1_kinds},
    {"seconds", "Time", "training of an epoch (s)",
     "Seconds of training, evaluation left out; the first epoch's hold what the run itself filled of the cache.", true,
     nullptr},
};

Point point_at(double x, const Spread& spread) {
  return {x, spread.mean, spread.low(), spread.high()};
}

std::string with_spread(std::string_view note, const std::vector<Group>& groups) {
  const bool several = std::any_of(groups.begin(), groups.end(), [](const Group& g) { return g.runs.size() > 1; });
  return std::string(note) + (several ? " Bars: standard deviation over seeds." : "");
}

bool has(const Group& group, std::string_view figure) {
  return group.at_end(figure).has_value();
}

bool have(const std::vector<Group>& groups, std::string_view figure) {
  return std::ranges::any_of(groups, [&](const Group& group) { return has(group, figure); });
}

std::string with_sentence(const std::string& note, const std::string& sentence) {
  return sentence.empty() ? note : note + " " + sentence;
}

/// The note of a chart that shows `kind`, of what `note` says it has for it.
std::string note_of(const FigureKind& kind, std::string_view note, const std::vector<Group>& groups) {
  std::vector<Group> shown;
  std::ranges::copy_if(groups, std::back_inserter(shown), [&](const Group& each) { return has(each, kind.name); });
  return with_sentence(with_spread(note, groups), kind.kinds == nullptr ? "" : kind.kinds(shown));
}

/// `published`: null when none stands in the chart.
std::string with_published(const std::string& note, const Published* published, bool counts_otherwise) {
  if (published == nullptr) return note;
  const auto* other = counts_otherwise ? "; another machine, and another F1)." : "; another machine).";
  return note + " Dashed: published (" + published->conditions + other;
}

Series epochs_of(const Group& group, std::string_view figure, int colour) {
  Series series{group.label, colour, false, true, {}};
  const auto spreads = group.by_epoch(figure);
  for (const auto& [epoch, spread] : spreads) series.points.push_back(point_at(epoch, spread));
  return series;
}

/// The published figure that stands beside `kind`; empty: none does. Times of another machine say nothing here, and the
/// published F1, over a flat list, stands beside that of entities only where no run has a flat one.
std::string_view published_beside(const FigureKind& kind, const std::vector<Group>& groups) {
  if (kind.is_time || !have(groups, kind.name)) return {};
  if (kind.name != kEntityF1) return kind.name;
  return have(groups, kFlatF1) ? std::string_view() : kFlatF1;
}

Series epochs_of(const PublishedSetting& setting, std::string_view figure, int colour) {
  Series series{setting.setting.name + ", published", colour, true, true, {}};
  double epoch = 0;
  for (const double value : setting.figures.find(figure)->second) {
    ++epoch;
    series.points.push_back({epoch, value, value, value});
  }
  return series;
}

Chart by_epoch(const FigureKind& kind, const std::vector<Group>& groups, const Published* published) {
  Chart chart;
  chart.id = std::string(kind.name) + "-by-epoch";
  chart.title = std::string(kind.title) + " by epoch";
  chart.x_label = "epoch";
  chart.y_label = kind.unit;
  for (std::size_t i = 0; i < groups.size(); ++i)
    chart.series.push_back(epochs_of(groups[i], kind.name, static_cast<int>(i)));
  const auto beside = published_beside(kind, groups);
  bool has_published = false;
  for (std::size_t i = 0; i < groups.size() && published != nullptr && !beside.empty(); ++i) {
    const bool first_of_setting = i == 0 || groups[i - 1].setting != groups[i].setting;
    const auto* setting = published->find(groups[i].setting);
    if (setting == nullptr || !first_of_setting) continue;
    chart.series.push_back(epochs_of(*setting, beside, static_cast<int>(i)));
    has_published = true;
  }
  chart.note =
      with_published(note_of(kind, kind.note, groups), has_published ? published : nullptr, beside != kind.name);
  return chart;
}

/// An epoch's seconds are their mean over the run: the last one alone would leave out the cache's filling.
std::optional<Spread> end_figure(const Group& group, const FigureKind& kind) {
  return kind.is_time ? group.mean(kind.name) : group.at_end(kind.name);
}

std::vector<Setting> settings_with(const std::vector<Group>& groups, const Published* published) {
  auto settings = settings_of(groups);
  if (published != nullptr)
    for (const auto& each : published->settings)
      if (std::find(settings.begin(), settings.end(), each.setting) == settings.end()) settings.push_back(each.setting);
  std::stable_sort(settings.begin(), settings.end(),
                   [](const Setting& a, const Setting& b) { return a.order < b.order; });
  return settings;
}

double index_of(const std::vector<Setting>& settings, const Setting& setting) {
  return static_cast<double>(std::find(settings.begin(), settings.end(), setting) - settings.begin());
}

Series settings_of_published(std::string_view figure, const std::vector<Setting>& settings,
                             const Published& published) {
  Series series{"published", kInk, true, true, {}};
  for (const auto& each : published.settings) {
    const double value = each.figures.find(figure)->second.back();
    series.points.push_back({index_of(settings, each.setting), value, value, value});
  }
  return series;
}

Chart by_setting(const FigureKind& kind, const std::vector<Group>& groups, const Published* published) {
  const auto beside = published_beside(kind, groups);
  if (beside.empty()) published = nullptr;
  const auto settings = settings_with(groups, published);
  Chart chart;
  chart.id = std::string(kind.name) + "-by-layers";
  chart.title = std::string(kind.title) + " by learning layers";
  chart.note = with_published(
      note_of(kind,
              kind.is_time
                  ? "Seconds of training an epoch, mean over all epochs, with what the run itself filled of the cache."
                  : kAtEnd,
              groups),
      published, beside != kind.name);
  chart.x_label = "what learns";
  chart.y_label = kind.unit;
  chart.x = Chart::X::categories;
  for (const auto& setting : settings) chart.categories.push_back(setting.name);
  int colour = 0;
  for (const auto& variant : variants_of(groups)) {
    Series series{variant.empty() ? "these runs" : variant, colour++, false, true, {}};
    for (const auto& group : groups)
      if (group.variant == variant)
        if (const auto spread = end_figure(group, kind))
          series.points.push_back(point_at(index_of(settings, group.setting), *spread));
    chart.series.push_back(std::move(series));
  }
  if (published != nullptr) chart.series.push_back(settings_of_published(beside, settings, *published));
  return chart;
}

/// The numbers that an option has in the groups, each once; empty: in one of them it is none.
std::set<double> numbers_of(const std::string& option, const std::vector<Group>& groups) {
  std::set<double> numbers;
  for (const auto& group : groups) {
    const auto found = group.varied.find(option);
    const auto number = found == group.varied.end() ? std::nullopt : option_number(found->second);
    if (!number) return {};
    numbers.insert(*number);
  }
  return numbers;
}

/// The one option that is a number and has enough values to show a course; empty: there is none, or several.
std::string option_with_course(const std::vector<Group>& groups) {
  std::string found;
  if (groups.empty()) return found;
  for (const auto& [name, value] : groups.front().varied) {
    if (numbers_of(name, groups).size() < kFewestInCourse) continue;
    if (!found.empty()) return "";
    found = name;
  }
  return found;
}

/// What a group has in common with those that differ from it in `option` alone.
std::string name_besides(const Group& group, const std::string& option) {
  std::string name = group.setting.name;
  for (const auto& [each, value] : group.varied)
    if (each != option) name.append(", ").append(each).append(" = ").append(value);
  return name;
}

/// F1 by a number that is an option, a series for each choice of all else.
std::vector<Series> series_by_option(const std::vector<Group>& groups, const std::string& option) {
  std::vector<Series> all;
  for (const auto& group : groups) {
    const auto name = name_besides(group, option);
    auto series = std::ranges::find(all, name, &Series::name);
    if (series == all.end()) series = all.insert(all.end(), {name, static_cast<int>(all.size()), false, true, {}});
    if (const auto f1 = group.at_end(kEntityF1))
      series->points.push_back(point_at(*option_number(group.varied.find(option)->second), *f1));
  }
  for (auto& series : all) std::ranges::sort(series.points, {}, &Point::x);
  return all;
}

/// Those points that no other one beats in both, by x.
std::vector<Point> undominated(std::vector<Point> points) {
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return std::pair(a.x, -a.y) < std::pair(b.x, -b.y); });
  std::vector<Point> best;
  for (const auto& point : points)
    if (best.empty() || point.y > best.back().y) best.push_back({point.x, point.y, point.y, point.y});
  return best;
}

}  // namespace

std::vector<Chart> figures_by_epoch(const std::vector<Group>& groups, const Published* published) {
  std::vector<Chart> charts;
  for (const auto& kind : kFigures) charts.push_back(by_epoch(kind, groups, published));
  return charts;
}

std::vector<Chart> figures_by_setting(const std::vector<Group>& groups, const Published* published) {
  std::vector<Chart> charts;
  for (const auto& kind : kFigures) charts.push_back(by_setting(kind, groups, published));
  return charts;
}

Chart f1_by_option(const std::vector<Group>& groups) {
  Chart chart;
  chart.id = "dev_f1-by-option";
  const auto option = option_with_course(groups);
  if (option.empty()) return chart;
  chart.title = "F1 by " + option;
  chart.note = with_sentence(with_spread(kAtEnd, groups), f1_kinds(groups));
  chart.x_label = option;
  chart.y_label = "entity F1 on dev";
  chart.x = Chart::X::number;
  const auto numbers = numbers_of(option, groups);
  chart.x_scale = scale_over(*numbers.begin(), *numbers.rbegin());
  chart.series = series_by_option(groups, option);
  return chart;
}

Chart frontier(const std::vector<Group>& groups) {
  Chart chart;
  chart.id = "f1-against-seconds";
  chart.title = "F1 against seconds";
  chart.note = with_sentence(
      with_spread("All training of a run, evaluation left out, with what it filled of the cache itself. The line joins "
                  "what no other on the same data, with F1 of one kind, beats in both.",
                  groups),
      f1_kinds(groups));
  chart.x_label = "training time of the run (s)";
  chart.y_label = "entity F1 on dev";
  chart.x = Chart::X::number;
  std::vector<Point> all;
  std::map<std::string, std::vector<Point>> by_data;
  int colour = 0;
  for (const auto& group : groups) {
    const auto f1 = group.at_end("dev_f1"), seconds = group.sum("seconds");
    const int own = colour++;
    if (!f1 || !seconds || !std::isfinite(f1->mean) || !std::isfinite(seconds->mean)) continue;
    all.push_back(point_at(seconds->mean, *f1));
    by_data[group.data].push_back(all.back());
    chart.series.push_back({group.label, own, false, false, {all.back()}});
  }
  if (all.empty()) return chart;
  const auto [least, most] =
      std::minmax_element(all.begin(), all.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  chart.x_scale = scale_over(least->x, most->x);
  for (const auto& [data, points] : by_data)
    if (by_data.size() == 1 || points.size() > 1)
      chart.series.insert(chart.series.begin(), {"frontier", kInk, true, true, undominated(points)});
  return chart;
}

Chart predicted_and_measured(const std::vector<Group>& groups) {
  Chart chart;
  chart.id = "predicted-and-measured";
  chart.title = "An epoch: predicted and measured";
  chart.note =
      with_spread("Training of an epoch after the cache is filled; measured: the median over a run's epochs.", groups);
  chart.x_label = "run";
  chart.y_label = "training of an epoch (s)";
  chart.x = Chart::X::categories;
  Series predicted{"predicted", 1, true, false, {}}, measured{"measured", 0, false, false, {}};
  for (const auto& group : groups) {
    if (!group.is_of_one_machine()) continue;
    const auto of = [&](double CostFigures::*member) {
      return group.over(
          [&](const RunFiles& run) { return run.cost ? std::optional((*run.cost).*member) : std::nullopt; });
    };
    const auto before = of(&CostFigures::predicted_epoch), after = of(&CostFigures::measured_epoch);
    if (!before || !after) continue;
    const auto x = static_cast<double>(chart.categories.size());
    chart.categories.push_back(group.label);
    predicted.points.push_back(point_at(x, *before));
    measured.points.push_back(point_at(x, *after));
  }
  chart.series = {measured, predicted};
  return chart;
}

}  // namespace fthost::report
