#include "core/formats/json_object.h"

#include <cstdint>
#include <utility>

#include <fthost/error.h>
#include <nlohmann/json.hpp>

namespace fthost {
namespace {

constexpr std::size_t kLongestShown = 60;

std::string shown(const nlohmann::json* value) {
  if (value == nullptr) return "nothing";
  if (value->is_structured()) return value->is_array() ? "an array" : "an object";
  auto text = value->dump(-1, ' ', true);
  return text.size() <= kLongestShown ? text : "a long " + std::string(value->type_name());
}

}  // namespace

JsonObject::JsonObject(const nlohmann::json& value, std::string file, std::string name)
    : value_(&value), file_(std::move(file)), name_(std::move(name)) {
  if (value.is_object()) return;
  const auto what = name_.empty() ? "the file" : name_;
  throw InputError(file_, "expected " + what + " to be an object, found " + shown(&value));
}

const nlohmann::json* JsonObject::find(const std::string& key) const {
  const auto found = value_->find(key);
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

JsonObject JsonObject::object(const std::string& key) const {
  const auto* value = find(key);
  if (value == nullptr) wrong(key, "an object");
  return {*value, file_, path_of(key)};
}

bool JsonObject::boolean(const std::string& key, std::optional<bool> otherwise) const {
  const auto* value = find(key);
  if (value == nullptr && otherwise) return *otherwise;
  if (value == nullptr || !value->is_boolean()) wrong(key, "true or false");
  return value->get<bool>();
}

std::string JsonObject::text(const std::string& key, std::optional<std::string> otherwise) const {
  const auto* value = find(key);
  if (value == nullptr && otherwise) return *otherwise;
  if (value == nullptr || !value->is_string()) wrong(key, "a string");
  return value->get<std::string>();
}

std::size_t JsonObject::number(const std::string& key, std::size_t most) const {
  const auto* value = find(key);
  if (value == nullptr || !value->is_number_unsigned() || value->get<std::uint64_t>() > most) {
    wrong(key, "a whole number from 0 to " + std::to_string(most));
  }
  return value->get<std::size_t>();
}

void JsonObject::wrong(const std::string& key, const std::string& expected, std::vector<std::string> notes) const {
  throw InputError(file_, "expected " + path_of(key) + " to be " + expected + ", found " + shown(find(key)),
                   std::move(notes));
}

}  // namespace fthost
