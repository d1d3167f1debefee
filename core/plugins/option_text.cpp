// How options and their values are written for people and into TOML.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <type_traits>

#include <fthost/describe.h>

#include "core/plugins/description.h"

namespace fthost {
namespace {

/// The shortest digits that give the same number again.
template <class Number>
std::string shortest(Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

/// A bound as people write it: 1000000, not 1e+06.
std::string bound_text(double bound) {
  const bool whole = bound == std::trunc(bound) && std::abs(bound) <= kLargestIntegerBound;
  return whole ? shortest(static_cast<std::int64_t>(bound)) : shortest(bound);
}

std::string toml_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  auto text = shortest(value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string escaped(unsigned char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\f':
      return "\\f";
    case '\r':
      return "\\r";
    default:
      break;
  }
  if (c >= 0x20 && c != 0x7F) return {static_cast<char>(c)};
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return std::string("\\u00") + kDigits[c >> 4U] + kDigits[c & 15U];
}

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out += escaped(static_cast<unsigned char>(c));
  return out + '"';
}

std::string toml_scalar(bool value) {
  return value ? "true" : "false";
}
std::string toml_scalar(std::int64_t value) {
  return shortest(value);
}
std::string toml_scalar(double value) {
  return toml_real(value);
}
std::string toml_scalar(const std::string& value) {
  return toml_text(value);
}

template <class T>
std::string toml_scalar(const std::vector<T>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ", ";
    out += toml_scalar(value);
  }
  return out + "]";
}

/// Bare where TOML allows it.
std::string toml_key(std::string_view key) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), is_plain) ? std::string(key) : toml_text(key);
}

std::string written_table(const TomlTable& table) {
  std::string result;
  for (const auto& entry : table.entries)
    result += (result.empty() ? "" : ", ") + toml_key(entry.key) + " = " + written_value(entry.value);
  return "{" + result + "}";
}

std::string_view type_name(OptionType type) {
  switch (type) {
    case OptionType::boolean:
      return "true or false";
    case OptionType::integer:
      return "integer";
    case OptionType::real:
      return "number";
    case OptionType::text:
      return "text";
    case OptionType::path:
      return "path";
    case OptionType::texts:
      return "list of texts";
    case OptionType::integers:
      return "list of integers";
    case OptionType::reals:
      return "list of numbers";
  }
  return "";
}

}  // namespace

std::string choices_text(const OptionDescription& option) {
  std::string out;
  const auto& choices = option.choices;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " or " : ", ";
    out += toml_text(choices[i]);
  }
  return out;
}

std::string range_text(const OptionDescription& option) {
  if (option.min && option.max && !option.min_excluded && !option.max_excluded)
    return bound_text(*option.min) + " to " + bound_text(*option.max);
  std::string out;
  if (option.min)
    out += option.min_excluded ? "above " + bound_text(*option.min) : bound_text(*option.min) + " or more";
  if (option.min && option.max) out += ", ";
  if (option.max) out += (option.max_excluded ? "below " : "at most ") + bound_text(*option.max);
  return out;
}

std::string toml_value(const OptionValue& value) {
  return std::visit([](const auto& v) { return toml_scalar(v); }, value);
}

std::string type_and_range(const OptionDescription& option) {
  auto out = option.choices.empty() ? std::string(type_name(option.type)) : choices_text(option);
  if (!option.unit.empty()) out += " (" + option.unit + ")";
  const bool list = option.type == OptionType::integers || option.type == OptionType::reals;
  if (option.min || option.max) out += (list ? ", each " : ", ") + range_text(option);
  if (option.default_value) return out + ", default " + toml_value(*option.default_value);
  return option.required ? out : out + ", optional";
}

std::string help_line(const OptionDescription& option) {
  return option.name + ": " + type_and_range(option) + "; " + option.help;
}

std::string written_value(const TomlValue& value) {
  if (const auto* boolean = value.as<bool>()) return toml_value(*boolean);
  if (const auto* integer = value.as<std::int64_t>()) return toml_value(*integer);
  if (const auto* real = value.as<double>()) return toml_value(*real);
  if (const auto* text = value.as<std::string>()) return toml_value(*text);
  if (const auto* table = value.as<TomlTable>()) return written_table(*table);
  const auto* list = value.as<TomlArray>();
  if (list == nullptr) return "a date";
  std::string result;
  for (const auto& item : list->items) result += (result.empty() ? "" : ", ") + written_value(item);
  return "[" + result + "]";
}

}  // namespace fthost
