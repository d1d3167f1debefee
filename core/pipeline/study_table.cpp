#include "core/pipeline/study_table.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"
#include "core/plugins/description.h"

namespace fthost {
namespace {

constexpr std::size_t kMostPoints = 10000;
constexpr std::size_t kLongestName = 100;
constexpr double kMostJobs = 1024;

/// One list of the grid: the changes that its first, second … value stands for, and the name each gives to its points.
using Axis = std::vector<PlannedPoint>;

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
std::string default_name(const StudyChange& change) {
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
  StudyReader(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  StudyTable read(const TomlEntry& entry) {
    StudyTable study;
    const auto* table = entry.value.as<TomlTable>();
    if (table == nullptr) {
      refuse(entry.key_span, "expected [study], found " + found_text(entry.value));
      return study;
    }
    for (const auto& each : table->entries) take(each, study);
    if (axes_.empty()) refuse(entry.key_span, "[study] varies nothing: it needs a grid, paired lists or points");
    if (problems_.empty()) study.points = combine();
    if (problems_.empty()) lay_overrides(study.points);
    if (problems_.empty()) check_names(study.points, entry.key_span);
    return study;
  }

 private:
  struct OverrideRule {
    TomlSpan span;
    std::vector<StudyChange> when, set;
  };

  void refuse(const TomlSpan& span, std::string text, std::string hint = {}) {
    auto message = source_.message(span, std::move(text));
    message.hint = std::move(hint);
    problems_.add(std::move(message));
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

  /// The options in a table. Written without quotes, freezing.layers is a table in a table.
  std::vector<StudyChange> changes_in(const TomlTable& table, const std::string& prefix = "") {
    std::vector<StudyChange> changes;
    for (const auto& entry : table.entries) {
      const auto key = prefix.empty() ? entry.key : prefix + "." + entry.key;
      if (const auto* inner = entry.value.as<TomlTable>()) {
        auto more = changes_in(*inner, key);
        changes.insert(changes.end(), more.begin(), more.end());
      } else if (check_key(key, entry.key_span)) {
        changes.push_back({key, entry.key_span, entry.value});
      }
    }
    return changes;
  }

  bool check_key(const std::string& key, const TomlSpan& span) {
    const auto dot = key.find('.');
    const auto table = key.substr(0, dot);
    if (dot == std::string::npos) {
      refuse(span, "expected TABLE.OPTION, such as \"freezing.layers\", found '" + key + "'");
      return false;
    }
    if (key == "run.name" || key == "run.output") {
      refuse(span, "'" + key + "' cannot be varied: each point has a folder of its own, in that of the study");
      return false;
    }
    if (table == kSinksTable || (table != "plugins" && find_core_table(table) != nullptr)) return true;
    refuse(span, "there is no table [" + table + "] whose options can be varied", suggestion(table, table_names()));
    return false;
  }

  const TomlTable* table_of(const TomlEntry& entry) {
    const auto* table = entry.value.as<TomlTable>();
    if (table == nullptr)
      refuse(entry.key_span, "expected [study." + entry.key + "], found " + found_text(entry.value));
    return table;
  }

  /// The values of a list; empty when there is a message about it.
  std::vector<TomlValue> values_of(const StudyChange& list) {
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
    for (const auto& list : changes_in(*table)) {
      Axis axis;
      for (const auto& value : values_of(list)) {
        const StudyChange change{list.key, list.key_span, value};
        axis.push_back({default_name(change), value.span, {change}});
      }
      add_axis(std::move(axis));
    }
  }

  void take_paired(const TomlEntry& entry) {
    const auto* table = table_of(entry);
    if (table == nullptr) return;
    Axis axis;
    const auto lists = changes_in(*table);
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
        const StudyChange change{list.key, list.key_span, values[i]};
        axis[i].name += (axis[i].name.empty() ? "" : "_") + default_name(change);
        if (axis[i].changes.empty()) axis[i].span = values[i].span;
        axis[i].changes.push_back(change);
      }
    }
    add_axis(std::move(axis));
  }

  void take_points(const TomlEntry& entry) {
    Axis axis;
    for (const auto& [table, span] : tables_of(entry)) {
      PlannedPoint point;
      point.span = span;
      TomlTable options = *table;
      if (const auto* name = options.find("name")) {
        const auto* text = name->value.as<std::string>();
        if (text == nullptr) refuse(name->value.span, "'name' takes a text, found " + found_text(name->value));
        point.name = text == nullptr ? "" : *text;
        std::erase_if(options.entries, [](const TomlEntry& each) { return each.key == "name"; });
      }
      point.changes = changes_in(options);
      if (point.name.empty())
        for (const auto& change : point.changes) point.name += (point.name.empty() ? "" : "_") + default_name(change);
      axis.push_back(std::move(point));
    }
    add_axis(std::move(axis));
  }

  void take_overrides(const TomlEntry& entry) {
    for (const auto& [table, span] : tables_of(entry)) {
      OverrideRule rule{span, {}, {}};
      for (const auto& part : table->entries) {
        const auto* options = part.value.as<TomlTable>();
        if (options == nullptr || (part.key != "when" && part.key != "set"))
          refuse(part.key_span, "[[study.override]] takes the tables 'when' and 'set', found '" + part.key + "'");
        else
          (part.key == "when" ? rule.when : rule.set) = changes_in(*options);
      }
      if (rule.when.empty() || rule.set.empty())
        refuse(span, "[[study.override]] needs 'when', which points it is for, and 'set', what they get");
      overrides_.push_back(std::move(rule));
    }
  }

  /// The tables of [[study.points]] or [[study.override]].
  std::vector<std::pair<const TomlTable*, TomlSpan>> tables_of(const TomlEntry& entry) {
    std::vector<std::pair<const TomlTable*, TomlSpan>> tables;
    const auto* list = entry.value.as<TomlArray>();
    if (list == nullptr)
      refuse(entry.key_span, "expected [[study." + entry.key + "]], found " + found_text(entry.value));
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
      const auto& item = list->items[i];
      if (const auto* table = item.as<TomlTable>())
        tables.emplace_back(table, item.span);
      else
        refuse(item.span, "expected a table of options, found " + found_text(item));
    }
    return tables;
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

  std::vector<PlannedPoint> combine() {
    std::vector<PlannedPoint> points = {{}};
    for (const auto& axis : axes_) {
      std::vector<PlannedPoint> longer;
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

  static PlannedPoint joined(const PlannedPoint& point, const PlannedPoint& step) {
    auto longer = point;
    longer.name += (point.name.empty() || step.name.empty() ? "" : "_") + step.name;
    longer.span = step.span;
    longer.changes.insert(longer.changes.end(), step.changes.begin(), step.changes.end());
    return longer;
  }

  void lay_overrides(std::vector<PlannedPoint>& points) {
    for (const auto& rule : overrides_) {
      bool any = false;
      for (auto& point : points) {
        const bool meant = std::all_of(rule.when.begin(), rule.when.end(), [&](const StudyChange& when) {
          const auto* own = point.find(when.key);
          return own != nullptr && same_value(own->value, when.value);
        });
        if (!meant) continue;
        any = true;
        for (const auto& change : rule.set) replace(point, change);
      }
      if (!any) refuse(rule.span, "this override is for no point of the study");
    }
  }

  static void replace(PlannedPoint& point, const StudyChange& change) {
    std::erase_if(point.changes, [&](const StudyChange& own) { return own.key == change.key; });
    point.changes.push_back(change);
  }

  void check_names(std::vector<PlannedPoint>& points, const TomlSpan& study) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < points.size(); ++i) {
      auto& point = points[i];
      if (point.name.size() > kLongestName || point.name.find_first_not_of('.') == std::string::npos)
        point.name = "point-" + std::to_string(i + 1);
      const bool plain = std::all_of(point.name.begin(), point.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
      });
      if (!plain)
        refuse(point.span,
               "a point's name is made of letters, digits, '.', '_' and '-', found " + in_quotes(point.name));
      else if (!names.insert(point.name).second)
        refuse(point.changes.empty() ? study : point.span, "two points of the study are called '" + point.name + "'");
    }
  }

  const Source& source_;
  Problems& problems_;
  std::vector<Axis> axes_;
  std::vector<OverrideRule> overrides_;
  std::set<std::string> varied_;
};

}  // namespace

const StudyChange* PlannedPoint::find(std::string_view key) const {
  const auto found =
      std::find_if(changes.begin(), changes.end(), [&](const StudyChange& each) { return each.key == key; });
  return found == changes.end() ? nullptr : &*found;
}

StudyTable read_study_table(const TomlEntry& entry, const Source& source, Problems& problems) {
  return StudyReader(source, problems).read(entry);
}

}  // namespace fthost
