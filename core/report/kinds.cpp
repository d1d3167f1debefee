#include "core/report/kinds.h"

#include <fthost/message.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace fthost::report {
namespace {

/// Those of `names` that the options have, as TOML writes them.
std::string written(const OptionTexts& options, std::initializer_list<std::string_view> names) {
  std::vector<std::string> texts;
  for (const auto name : names)
    if (const auto found = options.find(name); found != options.end())
      texts.push_back(std::string(name) + " = " + found->second);
  return comma_separated(texts);
}

/// Does each variant have a name, and groups of one kind only?
bool variants_have_kinds(const std::vector<Group>& groups, std::string Group::*kind) {
  std::map<std::string, std::string> kinds;
  return std::ranges::all_of(groups, [&](const Group& group) {
    return !group.variant.empty() && kinds.try_emplace(group.variant, group.*kind).first->second == group.*kind;
  });
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

std::string kinds_sentence(const std::vector<Group>& groups, std::string_view figure, std::string Group::*kind) {
  const bool by_variant = variants_have_kinds(groups, kind);
  std::map<std::string, std::vector<std::string>> names;
  for (const auto& group : groups)
    if (!(group.*kind).empty()) add_once(names[group.*kind], by_variant ? group.variant : group.label);
  if (names.size() < 2) return "";
  std::string text(figure);
  text += " not of one kind";
  const char* before = ": ";
  for (const auto& [each, who] : names)
    text.append(std::exchange(before, "; ")).append(each).append(" (").append(comma_separated(who)).append(")");
  return text + ".";
}

}  // namespace

std::string f1_kind(const OptionTexts& options) {
  const auto on = options.find("train.score_on");
  const bool over_tokens = on != options.end() && on->second == "\"tokens\"";
  // Which tokens have a label decides only where tokens are scored.
  return over_tokens ? written(options, {"train.score_on", "head.label_on"}) : written(options, {"train.score_on"});
}

std::string loss_kind(const OptionTexts& options) {
  return written(options, {"head.label_on", "train.epoch_loss_over"});
}

std::string f1_kinds(const std::vector<Group>& groups) {
  return kinds_sentence(groups, "F1 is", &Group::f1_kind);
}

std::string loss_kinds(const std::vector<Group>& groups) {
  return kinds_sentence(groups, "Losses are", &Group::loss_kind);
}

}  // namespace fthost::report
