#include "core/pipeline/check_value.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fthost {
namespace {

std::string_view expected_text(OptionType type) {
  switch (type) {
    case OptionType::boolean:
      return "true or false";
    case OptionType::integer:
      return "an integer";
    case OptionType::real:
      return "a number";
    case OptionType::text:
      return "a text";
    case OptionType::path:
      return "a path";
    case OptionType::texts:
      return "a list of texts";
    case OptionType::integers:
      return "a list of integers";
    case OptionType::reals:
      return "a list of numbers";
  }
  return "";
}

class ValueCheck {
 public:
  ValueCheck(const OptionDescription& option, const GivenOption& given, Problems& problems)
      : option_(option), given_(given), problems_(problems) {}

  std::optional<OptionValue> check() {
    switch (option_.type) {
      case OptionType::boolean:
        return scalar<bool>();
      case OptionType::integer:
        return scalar<std::int64_t>();
      case OptionType::real:
        return scalar<double>();
      case OptionType::text:
      case OptionType::path:
        return text();
      case OptionType::texts:
        return list<std::string>();
      case OptionType::integers:
        return list<std::int64_t>();
      case OptionType::reals:
        return list<double>();
    }
    return std::nullopt;
  }

 private:
  void refuse(const TomlSpan& span, std::string text, std::string hint = {}) {
    auto message = given_.source->message(span, std::move(text));
    message.hint = std::move(hint);
    message.notes.push_back(help_line(option_));
    problems_.add(std::move(message));
  }

  void refuse_type(const TomlValue& found, std::string_view where = "") {
    const auto* text = found.as<std::string>();
    const bool is_quoted = text != nullptr && option_.type != OptionType::texts && !given_.bare;
    refuse(found.span,
           "'" + option_.name + "' takes " + std::string(expected_text(option_.type)) + ", found " + found_text(found) +
               std::string(where),
           is_quoted && looks_plain(*text) ? "write it without quotes" : "");
  }

  /// A number or a truth value that somebody put into quotes.
  static bool looks_plain(std::string_view text) {
    return text == "true" || text == "false" ||
           (!text.empty() && text.find_first_not_of("0123456789+-.e") == std::string_view::npos);
  }

  /// The value as T, an integer as a real too.
  template <class T>
  static std::optional<T> as(const TomlValue& value) {
    if (const auto* same = value.as<T>()) return *same;
    if constexpr (std::is_same_v<T, double>)
      if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
    return std::nullopt;
  }

  template <class T>
  std::optional<OptionValue> scalar() {
    const auto value = as<T>(given_.value);
    if (!value) {
      refuse_type(given_.value);
      return std::nullopt;
    }
    if (!fits(*value, given_.value)) return std::nullopt;
    return OptionValue(*value);
  }

  template <class T>
  std::optional<OptionValue> list() {
    const auto* array = given_.value.as<TomlArray>();
    if (array == nullptr) {
      refuse_type(given_.value);
      return std::nullopt;
    }
    std::vector<T> values;
    for (const auto& item : array->items) {
      const auto value = as<T>(item);
      if (!value)
        refuse_type(item, " in it");
      else if (fits(*value, item))
        values.push_back(*value);
    }
    if (values.size() != array->items.size()) return std::nullopt;
    return OptionValue(std::move(values));
  }

  std::optional<OptionValue> text() {
    auto value = given_text(given_);
    if (!value) {
      refuse_type(given_.value);
      return std::nullopt;
    }
    if (!fits(*value, given_.value)) return std::nullopt;
    if (option_.type == OptionType::text) return OptionValue(std::move(*value));
    if (!value->empty() && value->find('\0') == std::string::npos)
      return OptionValue(absolute_path(given_.source->folder, *value).string());
    refuse(given_.value.span, "'" + option_.name + "' takes a path, found " +
                                  (value->empty() ? "an empty text" : "a text with the character U+0000"));
    return std::nullopt;
  }

  bool fits(bool /*value*/, const TomlValue& /*given*/) { return true; }
  bool fits(std::int64_t value, const TomlValue& given) { return in_range(static_cast<double>(value), given); }
  bool fits(double value, const TomlValue& given) {
    if (std::isfinite(value)) return in_range(value, given);
    refuse(given.span, "'" + option_.name + "' takes a finite number, found " + found_text(given));
    return false;
  }
  bool fits(const std::string& value, const TomlValue& given) {
    const auto& choices = option_.choices;
    if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) return true;
    refuse(given.span, "'" + option_.name + "' must be " + choices_text(option_) + ", found " + in_quotes(value),
           suggestion(value, choices));
    return false;
  }

  bool in_range(double value, const TomlValue& given) {
    const bool low = option_.min && (value < *option_.min || (option_.min_excluded && value == *option_.min));
    const bool high = option_.max && (value > *option_.max || (option_.max_excluded && value == *option_.max));
    if (!low && !high) return true;
    const bool list = option_.type == OptionType::integers || option_.type == OptionType::reals;
    refuse(given.span, (list ? "each of '" : "'") + option_.name + "' must be " + range_text(option_) + ", found " +
                           found_text(given));
    return false;
  }

  const OptionDescription& option_;
  const GivenOption& given_;
  Problems& problems_;
};

}  // namespace

std::string found_text(const TomlValue& value) {
  if (const auto* boolean = value.as<bool>()) return toml_value(*boolean);
  if (const auto* integer = value.as<std::int64_t>()) return toml_value(*integer);
  if (const auto* real = value.as<double>()) return toml_value(*real);
  if (const auto* text = value.as<std::string>()) return "the text " + in_quotes(*text);
  if (value.as<TomlDate>() != nullptr) return "a date";
  return value.as<TomlArray>() != nullptr ? "a list" : "a table";
}

std::optional<std::string> given_text(const GivenOption& given) {
  if (given.bare) return given.bare;
  if (const auto* text = given.value.as<std::string>()) return *text;
  return std::nullopt;
}

std::filesystem::path absolute_path(const std::filesystem::path& folder, const std::string& text) {
  const auto path = (folder / text).lexically_normal();
  return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

std::optional<OptionValue> check_value(const OptionDescription& option, const GivenOption& given, Problems& problems) {
  return ValueCheck(option, given, problems).check();
}

}  // namespace fthost
