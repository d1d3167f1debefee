#pragma once

/// Fields of a JSON object that someone else wrote, with errors that name the file and the key.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace fthost {

/// One object of a JSON file. Holds a reference: the document must outlive it. A field that is null counts as missing.
/// All throw InputError.
class JsonObject {
 public:
  /// `name`: the path of keys that led here, such as "model.vocab"; empty for the document itself.
  JsonObject(const nlohmann::json& value, std::string file, std::string name);

  const std::string& file() const { return file_; }
  const nlohmann::json& all() const { return *value_; }
  std::string path_of(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }

  /// The value, or null when it is missing.
  const nlohmann::json* find(const std::string& key) const;

  JsonObject object(const std::string& key) const;
  bool boolean(const std::string& key, std::optional<bool> otherwise = {}) const;
  std::string text(const std::string& key, std::optional<std::string> otherwise = {}) const;
  /// A whole number from 0 to `most`.
  std::size_t number(const std::string& key, std::size_t most) const;

  /// The field isn't what it should be: says what was expected and what was found.
  [[noreturn]] void wrong(const std::string& key, const std::string& expected,
                          std::vector<std::string> notes = {}) const;

 private:
  const nlohmann::json* value_;
  std::string file_;
  std::string name_;
};

}  // namespace fthost
