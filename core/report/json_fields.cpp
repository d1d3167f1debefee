#include "core/report/json_fields.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace fthost::report {

double real_of(const JsonObject& object, const std::string& key) {
  const auto found = object.all().find(key);
  if (found != object.all().end() && found->is_null()) return std::nan("");
  if (found == object.all().end() || !found->is_number()) object.wrong(key, "a number");
  return found->get<double>();
}

const nlohmann::json& list_of(const JsonObject& object, const std::string& key) {
  const auto* list = object.find(key);
  if (list == nullptr || !list->is_array()) object.wrong(key, "an array");
  return *list;
}

std::vector<std::string> texts_of(const JsonObject& object, const std::string& key) {
  std::vector<std::string> texts;
  for (const auto& item : list_of(object, key)) {
    if (!item.is_string()) object.wrong(key, "an array of strings");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace fthost::report
