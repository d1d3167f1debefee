#include "core/pipeline/planned_runs.h"

#include <algorithm>
#include <iterator>

#include <fthost/error.h>

#include "core/formats/run_name.h"
#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"

namespace fthost {

OptionChange text_change(const std::string& key, const std::string& text) {
  return {key, {}, {text, {}}};
}

const OptionChange* PlannedRun::find(std::string_view key) const {
  const auto found =
      std::find_if(changes.begin(), changes.end(), [&](const OptionChange& each) { return each.key == key; });
  return found == changes.end() ? nullptr : &*found;
}

std::size_t find_named(const std::string& lacks, const std::string& all, const std::vector<std::string>& names,
                       const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  Message message{.place = {"fthost", 0, 0}, .text = lacks + " '" + name + "'"};
  const auto near = nearest_name(name, names);
  if (!near.empty()) message.text += "; did you mean '" + std::string(near) + "'?";
  message.notes.push_back(all + ": " + comma_separated(names));
  throw InputError(std::move(message));
}

void ChangeReader::refuse(const TomlSpan& span, std::string text, std::string hint) {
  auto message = source_.message(span, std::move(text));
  message.hint = std::move(hint);
  problems_.add(std::move(message));
}

std::vector<OptionChange> ChangeReader::changes_in(const TomlTable& table) {
  std::vector<OptionChange> changes;
  for (const auto& entry : table.entries) add_changes(entry, "", entry.key_span, changes);
  return changes;
}

/// `first`: where the key begins, with its table's name.
void ChangeReader::add_changes(const TomlEntry& entry, const std::string& prefix, const TomlSpan& first,
                               std::vector<OptionChange>& changes) {
  const auto key = prefix.empty() ? entry.key : prefix + "." + entry.key;
  if (const auto* inner = entry.value.as<TomlTable>())
    for (const auto& each : inner->entries) add_changes(each, key, first, changes);
  else if (check_key(key, first, entry.key_span))
    changes.push_back({key, entry.key_span, entry.value});
}

bool ChangeReader::check_key(const std::string& key, const TomlSpan& first, const TomlSpan& span) {
  const auto dot = key.find('.');
  const auto table = key.substr(0, dot);
  if (dot == std::string::npos) {
    refuse(span, "expected TABLE.OPTION, such as \"freezing.layers\", found '" + key + "'");
    return false;
  }
  for (const auto& [fixed, why] : list_.fixed) {
    if (key != fixed && table != fixed) continue;
    refuse(span, ("'" + key + "' cannot be varied: ").append(why));
    return false;
  }
  if (table == "plugins") {
    refuse(first, "'" + key + "' cannot be varied: all " + list_.part + "s load the same plugins");
    return false;
  }
  if (table == kSinksTable || find_core_table(table) != nullptr) return true;
  refuse(first, "there is no table [" + table + "] whose options can be varied", suggestion(table, table_names()));
  return false;
}

std::vector<std::pair<const TomlTable*, TomlSpan>> ChangeReader::tables_of(const TomlEntry& entry,
                                                                           const std::string& header) {
  std::vector<std::pair<const TomlTable*, TomlSpan>> tables;
  const auto* list = entry.value.as<TomlArray>();
  if (list == nullptr) refuse(entry.key_span, "expected [[" + header + "]], found " + found_text(entry.value));
  for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
    const auto& item = list->items[i];
    if (const auto* table = item.as<TomlTable>())
      tables.emplace_back(table, item.span);
    else
      refuse(item.span, "expected a table of options, found " + found_text(item));
  }
  return tables;
}

std::vector<PlannedRun> ChangeReader::runs_of(const TomlEntry& entry, const std::string& header) {
  std::vector<PlannedRun> runs;
  for (const auto& [table, span] : tables_of(entry, header)) {
    PlannedRun run;
    run.span = span;
    TomlTable options = *table;
    if (const auto* name = options.find("name")) {
      const auto* text = name->value.as<std::string>();
      if (text == nullptr) refuse(name->value.span, "'name' takes a text, found " + found_text(name->value));
      run.name = text == nullptr ? "" : *text;
      std::erase_if(options.entries, [](const TomlEntry& each) { return each.key == "name"; });
    }
    run.changes = changes_in(options);
    runs.push_back(std::move(run));
  }
  return runs;
}

bool ChangeReader::check_name(const PlannedRun& run) {
  if (is_run_name(run.name)) return true;
  refuse(run.span,
         "a " + list_.part + "'s name must be " + std::string(kRunNameRule) + ", found " + in_quotes(run.name));
  return false;
}

void ChangeReader::take_name(const PlannedRun& run, std::set<std::string>& names) {
  if (check_name(run) && !names.insert(run.name).second)
    refuse(run.span, "two " + list_.part + "s of the " + list_.whole + " are called '" + run.name + "'");
}

}  // namespace fthost
