#include "core/pipeline/study_table.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/formats/run_name.h"
#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"
#include "core/pipeline/study.h"
#include "core/plugins/description.h"

namespace fthost {
namespace {

constexpr std::size_t kMostPoints = 10000;
constexpr double kMostJobs = 1024;

/// One list of the grid: the changes that its first, second … value stands for, and the name each gives to its points.
using Axis = std::vector<PlannedRun>;

const std::vector<std::string>& study_keys() {
  static const std::vector<std::string> keys = {"jobs", "grid", "paired", "points", "override"};
  return keys;
}

/// "3e-05" for 3e-05, "full" for "full": what may stand in a file's name.
std::string name_part(const TomlValue& value) {
  const auto* text = value.as<std::string>();
  std::string name;
  for (const char c : text != nullptr ? *text : written_value(value)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '_' || c == '-' || c == '+';
    if (plain)
      name += c == '+' ? 'p' : c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  return name;
}

/// "layers-3" for freezing.layers = 3.
std::string default_name(const OptionChange& change) {
  return change.key.substr(change.key.rfind('.') + 1) + "-" + name_part(change.value);
}

bool same_value(const TomlValue& a, const TomlValue& b) {
  const auto number = [](const TomlValue& value) -> std::optional<double> {
    if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
    if (const auto* real = value.as<double>()) return *real;
    return std::nullopt;
  };
  const auto x = number(a), y = number(b);
  return x && y ? *x == *y : written_value(a) == written_value(b);
}

class StudyReader {
 public:
  StudyReader(const Source& source, Problems& problems)
      : source_(source), problems_(problems), reader_(source, study_points(), problems) {}

  StudyTable read(const TomlEntry& entry) {
    StudyTable study;
    const auto* table = entry.value.as<TomlTable>();
    if (table == nullptr) {
      refuse(entry.key_span, "expected [study], found " + found_text(entry.value));
      return study;
    }
    for (const auto& each : table->entries) take(each, study);
    const auto is_there = [&](const char* key) { return table->find(key) != nullptr; };
    const bool has_lists = is_there("grid") || is_there("paired") || is_there("points");
    // A list that is wrong has its own message.
    if (axes_.empty() && (problems_.empty() || !has_lists))
      refuse(entry.key_span, "[study] varies nothing: it needs a grid, paired lists or points");
    if (problems_.empty()) study.points = combine();
    if (problems_.empty()) lay_overrides(study.points);
    if (problems_.empty()) check_names(study.points);
    return study;
  }

 private:
  struct OverrideRule {
    TomlSpan span;
    std::vector<OptionChange> when, set;
  };

  void refuse(const TomlSpan& span, std::string text, std::string hint = {}) {
    reader_.refuse(span, std::move(text), std::move(hint));
  }

  void take(const TomlEntry& entry, StudyTable& study) {
    if (entry.key == "jobs")
      take_jobs(entry, study);
    else if (entry.key == "grid")
      take_grid(entry);
    else if (entry.key == "paired")
      take_paired(entry);
    else if (entry.key == "points")
      take_points(entry);
    else if (entry.key == "override")
      take_overrides(entry);
    else
      refuse(entry.key_span, "[study] has no '" + entry.key + "'; it has " + comma_separated(study_keys()),
             suggestion(entry.key, study_keys()));
  }

  void take_jobs(const TomlEntry& entry, StudyTable& study) {
    auto spec = integer().at_least(1).at_most(kMostJobs).by_default(1);
    spec.name = "jobs";
    spec.help = "points that run at the same time; they share the threads";
    const GivenOption given{entry.key, entry.value, entry.key_span, &source_, std::nullopt};
    if (const auto value = check_value(describe_option(spec), given, problems_))
      study.jobs = static_cast<int>(std::get<std::int64_t>(*value));
  }

  const TomlTable* table_of(const TomlEntry& entry) {
    const auto* table = entry.value.as<TomlTable>();
    if (table == nullptr)
      refuse(entry.key_span, "expected [study." + entry.key + "], found " + found_text(entry.value));
    return table;
  }

  /// The values of a list; empty when there is a message about it.
  std::vector<TomlValue> values_of(const OptionChange& list) {
    const auto* array = list.value.as<TomlArray>();
    if (array == nullptr) {
      refuse(list.value.span, "expected a list of values for '" + list.key + "', found " + found_text(list.value));
      return {};
    }
    if (array->items.empty()) refuse(list.value.span, "the list of '" + list.key + "' is empty");
    return array->items;
  }

  void take_grid(const TomlEntry& entry) {
    const auto* table = table_of(entry);
    if (table == nullptr) return;
    for (const auto& list : reader_.changes_in(*table)) {
      Axis axis;
      for (const auto& value : values_of(list)) {
        const OptionChange change{list.key, list.key_span, value};
        axis.push_back({default_name(change), value.span, {change}});
      }
      add_axis(std::move(axis));
    }
  }

  void take_paired(const TomlEntry& entry) {
    const auto* table = table_of(entry);
    if (table == nullptr) return;
    Axis axis;
    const auto lists = reader_.changes_in(*table);
    for (const auto& list : lists) {
      const auto values = values_of(list);
      if (&list == &lists.front()) axis.resize(values.size());
      if (values.size() != axis.size()) {
        refuse(list.value.span, "the list of '" + list.key + "' has " + std::to_string(values.size()) +
                                    " values and that of '" + lists.front().key + "' " + std::to_string(axis.size()) +
                                    ": paired lists are as long as each other");
        return;
      }
      for (std::size_t i = 0; i < values.size(); ++i) {
        const OptionChange change{list.key, list.key_span, values[i]};
        axis[i].name += (axis[i].name.empty() ? "" : "_") + default_name(change);
        if (axis[i].changes.empty()) axis[i].span = values[i].span;
        axis[i].changes.push_back(change);
      }
    }
    add_axis(std::move(axis));
  }

  void take_points(const TomlEntry& entry) {
    Axis axis = reader_.runs_of(entry, "study.points");
    for (auto& point : axis) {
      if (!point.name.empty()) reader_.check_name(point);
      if (point.name.empty())
        for (const auto& change : point.changes) point.name += (point.name.empty() ? "" : "_") + default_name(change);
    }
    add_axis(std::move(axis));
  }

  void take_overrides(const TomlEntry& entry) {
    for (const auto& [table, span] : reader_.tables_of(entry, "study.override")) {
      OverrideRule rule{span, {}, {}};
      for (const auto& part : table->entries) {
        const auto* options = part.value.as<TomlTable>();
        if (options == nullptr || (part.key != "when" && part.key != "set"))
          refuse(part.key_span, "[[study.override]] takes the tables 'when' and 'set', found '" + part.key + "'");
        else
          (part.key == "when" ? rule.when : rule.set) = reader_.changes_in(*options);
      }
      if (rule.when.empty() || rule.set.empty())
        refuse(span, "[[study.override]] needs 'when', which points it is for, and 'set', what they get");
      overrides_.push_back(std::move(rule));
    }
  }

  /// An option that two lists vary would leave open which one counts.
  void add_axis(Axis axis) {
    std::set<std::string> own;
    for (const auto& step : axis)
      for (const auto& change : step.changes)
        if (own.insert(change.key).second && !varied_.insert(change.key).second)
          refuse(change.key_span, "'" + change.key + "' is varied twice");
    if (!axis.empty()) axes_.push_back(std::move(axis));
  }

  std::vector<PlannedRun> combine() {
    std::vector<PlannedRun> points = {{}};
    for (const auto& axis : axes_) {
      std::vector<PlannedRun> longer;
      if (points.size() * axis.size() > kMostPoints) {
        refuse(axis.front().span, "the study has more than " + std::to_string(kMostPoints) + " points");
        return {};
      }
      for (const auto& point : points)
        for (const auto& step : axis) longer.push_back(joined(point, step));
      points = std::move(longer);
    }
    return points;
  }

  static PlannedRun joined(const PlannedRun& point, const PlannedRun& step) {
    auto longer = point;
    longer.name += (point.name.empty() || step.name.empty() ? "" : "_") + step.name;
    longer.span = step.span;
    longer.changes.insert(longer.changes.end(), step.changes.begin(), step.changes.end());
    return longer;
  }

  void lay_overrides(std::vector<PlannedRun>& points) {
    const auto listed = points;
    for (const auto& rule : overrides_) {
      bool any = false;
      for (std::size_t i = 0; i < points.size(); ++i) {
        if (!is_meant(points[i], rule)) continue;
        any = true;
        for (const auto& change : rule.set)
          if (listed[i].find(change.key) != nullptr)
            refuse(change.key_span,
                   "'" + change.key + "' is varied by the study, and an override cannot set it besides");
          else
            replace(points[i], change);
      }
      if (!any) refuse_for_none(rule, listed);
    }
  }

  static bool is_meant(const PlannedRun& point, const OverrideRule& rule) {
    return std::all_of(rule.when.begin(), rule.when.end(), [&](const OptionChange& when) {
      const auto* own = point.find(when.key);
      return own != nullptr && same_value(own->value, when.value);
    });
  }

  /// Says which condition no point meets; or that none meets all of them.
  void refuse_for_none(const OverrideRule& rule, const std::vector<PlannedRun>& points) {
    const std::vector<std::string> varied(varied_.begin(), varied_.end());
    for (const auto& when : rule.when) {
      std::set<std::string> values;
      bool any = false;
      for (const auto& point : points)
        if (const auto* own = point.find(when.key)) {
          values.insert(written_value(own->value));
          any = any || same_value(own->value, when.value);
        }
      if (any) continue;
      if (values.empty())
        refuse(when.key_span, "this override is for no point: the study does not vary '" + when.key + "'",
               suggestion(when.key, varied));
      else
        refuse(when.value.span, "this override is for no point: the values of '" + when.key + "' are " +
                                    comma_separated({values.begin(), values.end()}));
      return;
    }
    refuse(rule.span, "this override is for no point: none meets all that stands under 'when'");
  }

  static void replace(PlannedRun& point, const OptionChange& change) {
    std::erase_if(point.changes, [&](const OptionChange& own) { return own.key == change.key; });
    point.changes.push_back(change);
  }

  void check_names(std::vector<PlannedRun>& points) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < points.size(); ++i) {
      auto& point = points[i];
      // Names that were put together may come out too long; those that somebody gave were checked before.
      if (!is_run_name(point.name)) point.name = "point-" + std::to_string(i + 1);
      if (point.name == kUnfinishedFolder)
        refuse(point.span, "a point cannot be called '" + point.name + "': that folder keeps what was interrupted");
      else
        reader_.take_name(point, names);
    }
  }

  const Source& source_;
  Problems& problems_;
  ChangeReader reader_;
  std::vector<Axis> axes_;
  std::vector<OverrideRule> overrides_;
  std::set<std::string> varied_;
};

}  // namespace

const RunList& study_points() {
  static const std::string why = "each point has a folder of its own, in that of the study";
  static const RunList list{"study", "point", {{"run.name", why}, {"run.output", why}}};
  return list;
}

StudyTable read_study_table(const TomlEntry& entry, const Source& source, Problems& problems) {
  return StudyReader(source, problems).read(entry);
}

}  // namespace fthost
