#include "core/report/published.h"

#include <fthost/json.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/formats/json_object.h"

namespace fthost::report {

extern const std::string_view kPublishedText;  // written at build time from published.json

namespace {

constexpr const char* kFile = "published.json";

std::vector<double> numbers(const JsonObject& object, const std::string& key) {
  const auto* list = object.find(key);
  const bool right = list != nullptr && list->is_array() &&
                     std::all_of(list->begin(), list->end(), [](const auto& item) { return item.is_number(); });
  if (!right) object.wrong(key, "an array of numbers");
  return list->get<std::vector<double>>();
}

/// "classifier only", "last N" or "full".
Setting setting_named(const std::string& name) {
  if (name == "full") return {name, std::numeric_limits<int>::max()};
  constexpr std::string_view kLast = "last ";
  int layers = 0;
  if (name.starts_with(kLast)) std::from_chars(name.data() + kLast.size(), name.data() + name.size(), layers);
  return {name, layers};
}

PublishedSetting read_setting(const JsonObject& object) {
  PublishedSetting setting{setting_named(object.text("setting")), {}, {}};
  for (const auto* figure : {"train_loss", "dev_loss", "dev_f1_flat", "seconds"})
    setting.figures[figure] = numbers(object, figure);
  const auto drift = object.object("drift");
  for (const auto& [tensor, ignored] : drift.all().items()) {
    const auto of = drift.object(tensor);
    setting.drift[tensor] = {numbers(of, "iterative"), numbers(of, "base")};
  }
  return setting;
}

/// The labels as a set, without the one of padding, which only some ways of counting have.
std::set<std::string> label_set(const std::vector<std::string>& labels) {
  std::set<std::string> set(labels.begin(), labels.end());
  set.erase("PAD");
  return set;
}

}  // namespace

const PublishedSetting* Published::find(const Setting& setting) const {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const PublishedSetting& each) { return each.setting == setting; });
  return found == settings.end() ? nullptr : &*found;
}

Published read_published(std::string_view text) {
  const auto json = parse_json(text, kFile);
  const JsonObject root(json, kFile, "");
  Published published;
  published.source = root.text("source");
  published.conditions = root.text("conditions");
  for (const auto& label : root.all().at("labels")) published.labels.push_back(label.get<std::string>());
  for (const auto& setting : root.all().at("settings"))
    published.settings.push_back(read_setting(JsonObject(setting, kFile, "settings")));
  return published;
}

const Published& published_figures() {
  static const auto figures = read_published(kPublishedText);
  return figures;
}

bool compares_with(const Published& published, const std::vector<RunFiles>& runs) {
  const auto labels = label_set(published.labels);
  return !runs.empty() &&
         std::all_of(runs.begin(), runs.end(), [&](const RunFiles& run) { return label_set(run.labels) == labels; });
}

}  // namespace fthost::report
