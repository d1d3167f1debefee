#include "core/pipeline/parameter_groups.h"

#include <regex>
#include <utility>

#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"

namespace fthost {
namespace {

const char* const kForm = "a group is written: groups = [{ tensors = [\"^classifier\"], lr = 1e-3 }]";

OptionDescription option(std::string_view name, OptionSpec spec, std::string_view help) {
  spec.name = name;
  spec.help = help;
  return describe_option(spec);
}

void refuse(const GivenOption& given, const TomlSpan& span, const TomlValue& found, Problems& problems) {
  auto message = given.source->message(
      span, "'groups' takes a list of tables, found " + found_text(found) + (&found == &given.value ? "" : " in it"));
  message.notes.emplace_back(kForm);
  problems.add(std::move(message));
}

GivenTable group_table(const TomlTable& table, const TomlSpan& span, const Source& source) {
  GivenTable given{"optimizer.groups", span, &source, {}, std::nullopt};
  for (const auto& entry : table.entries)
    given.options.push_back({entry.key, entry.value, entry.key_span, &source, std::nullopt});
  return given;
}

void check_expressions(const GivenTable& group, Problems& problems) {
  const auto* tensors = group.find("tensors");
  const auto* list = tensors == nullptr ? nullptr : tensors->value.as<TomlArray>();
  if (list == nullptr) return;
  for (const auto& item : list->items) {
    const auto* text = item.as<std::string>();
    if (text == nullptr) continue;
    try {
      const std::regex expression(*text);
    } catch (const std::regex_error&) {
      problems.add(
          group.source->message(item.span, in_quotes(*text) + " is no regular expression (of ECMAScript's kind)"));
    }
  }
  if (list->items.empty()) problems.add(tensors->at_value("'tensors' is empty: the group would have none"));
}

}  // namespace

const std::vector<OptionDescription>& group_options() {
  static const std::vector<OptionDescription> options = {
      option("tensors", texts().required(),
             "regular expressions, found anywhere in a name; the first group that names a tensor has it"),
      option("lr", real().above(0).required(), "learning rate, of which 'layer_decay' takes nothing away")};
  return options;
}

std::vector<CheckedGroup> check_groups(const GivenTable& optimizer, const std::filesystem::path& folder,
                                       Problems& problems) {
  std::vector<CheckedGroup> groups;
  const auto* given = optimizer.find(kGroupsOption);
  if (given == nullptr) return groups;
  const auto* list = given->value.as<TomlArray>();
  if (list == nullptr) {
    refuse(*given, given->value.span, given->value, problems);
    return groups;
  }
  for (const auto& item : list->items) {
    const auto* table = item.as<TomlTable>();
    if (table == nullptr) {
      refuse(*given, item.span, item, problems);
      continue;
    }
    auto group = group_table(*table, item.span, *given->source);
    check_expressions(group, problems);
    const TableRules rules{group.name, &group_options(), "", nullptr, nullptr, false, {}};
    auto values = check_table(group, rules, folder, problems);
    groups.push_back({std::move(group), std::move(values)});
  }
  return groups;
}

}  // namespace fthost
