#pragma once

/// How a component says, once and in C++, what it is and which options it takes. Everything here runs in the compiler:
/// a wrong description (an option without default, a default out of range, a name that the core keeps for itself) does
/// not compile, and the error names the function `description_is_wrong_…` that says why.

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string_view>

#include <fthost/component.h>
#include <fthost/options.h>

namespace fthost {

// Called only when a description is wrong; not constexpr, so that the compiler stops there and shows the name.
void description_is_wrong_option_needs_required_by_default_or_optional();
void description_is_wrong_option_needs_only_one_of_required_by_default_optional();
void description_is_wrong_bound_needs_a_number();
void description_is_wrong_bound_is_not_finite();
void description_is_wrong_bound_of_integers_needs_an_integer();
void description_is_wrong_nothing_lies_between_the_bounds();
void description_is_wrong_choices_need_a_text();
void description_is_wrong_default_has_another_type();
void description_is_wrong_default_is_not_finite();
void description_is_wrong_default_is_out_of_range();
void description_is_wrong_default_is_not_among_the_choices();
void description_is_wrong_lists_have_no_default_make_them_optional();
void description_is_wrong_name_is_not_lower_case_with_separators();
void description_is_wrong_option_name_belongs_to_the_core();
void description_is_wrong_option_name_stands_twice();
void description_is_wrong_component_stands_twice();
void description_is_wrong_model_needs_a_required_option_path_of_type_path();
void description_is_wrong_too_many_options_or_choices();
void description_is_wrong_help_or_summary_is_empty();
void description_is_wrong_text_is_empty_or_not_one_line_of_utf8();

/// Most bytes of a component's or an option's name, and most of what a library may hold.
inline constexpr std::size_t kLongestName = 64;
inline constexpr std::size_t kMostComponents = 256;
inline constexpr std::size_t kMostHandled = 8;
inline constexpr std::size_t kMostOptions = 32;
inline constexpr std::size_t kMostChoices = 16;
/// Bounds are held as double, which is exact for integers up to here.
inline constexpr double kLargestIntegerBound = 9007199254740992.0;

constexpr bool is_finite(double value) {
  return value >= -std::numeric_limits<double>::max() && value <= std::numeric_limits<double>::max();
}

/// Texts of a description are shown on terminals: no control characters, no line ends.
constexpr bool is_one_line(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned lead = byte(at);
    if (lead < 0x20 || lead == 0x7F || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return false;
    if (lead == 0xC2 && byte(at + 1) < 0xA0) return false;
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    for (std::size_t i = 1; i < length; ++i)
      if ((byte(at + i) & 0xC0U) != 0x80U) return false;
    at += length;
  }
  return true;
}

/// How an option is declared. Start with one of boolean() … reals() below, add bounds or choices, and end with exactly
/// one of required(), by_default(value), optional().
struct OptionSpec {
  enum class Presence : std::uint8_t { undeclared = 0, required = 1, defaulted = 2, optional = 3 };

  OptionType type = OptionType::boolean;
  Presence presence = Presence::undeclared;
  std::string_view name, help, unit_name;
  bool default_boolean = false;
  std::int64_t default_integer = 0;
  double default_real = 0;
  std::string_view default_text;
  bool has_min = false, min_excluded = false, has_max = false, max_excluded = false;
  double min = 0, max = 0;
  std::array<std::string_view, kMostChoices> choices{};
  std::size_t choice_count = 0;

  consteval OptionSpec at_least(double value) const { return with_min(value, false); }
  consteval OptionSpec above(double value) const { return with_min(value, true); }
  consteval OptionSpec at_most(double value) const { return with_max(value, false); }
  consteval OptionSpec below(double value) const { return with_max(value, true); }

  /// Text only: the values that there are.
  consteval OptionSpec one_of(std::initializer_list<std::string_view> values) const {
    if (type != OptionType::text) description_is_wrong_choices_need_a_text();
    OptionSpec s = *this;
    for (const auto value : values) {
      if (s.choice_count == s.choices.size()) description_is_wrong_too_many_options_or_choices();
      require_line(value);
      s.choices[s.choice_count++] = value;
    }
    return s;
  }

  /// Shown behind the type: "integer (tokens), 1 or more".
  consteval OptionSpec unit(std::string_view value) const {
    require_line(value);
    OptionSpec s = *this;
    s.unit_name = value;
    return s;
  }

  /// The user must give it.
  consteval OptionSpec required() const { return with_presence(Presence::required); }
  /// It may be missing: Options::has tells, and must be asked first.
  consteval OptionSpec optional() const { return with_presence(Presence::optional); }

  /// Its value when the user says nothing.
  template <class T>
  consteval OptionSpec by_default(T value) const {
    OptionSpec s = with_presence(Presence::defaulted);
    if constexpr (std::same_as<T, bool>) {
      if (type != OptionType::boolean) description_is_wrong_default_has_another_type();
      s.default_boolean = value;
    } else if constexpr (std::integral<T>) {
      if (type == OptionType::integer)
        s.default_integer = static_cast<std::int64_t>(value);
      else if (type == OptionType::real)
        s.default_real = static_cast<double>(value);
      else
        description_is_wrong_default_has_another_type();
    } else if constexpr (std::floating_point<T>) {
      if (type != OptionType::real) description_is_wrong_default_has_another_type();
      if (!is_finite(value)) description_is_wrong_default_is_not_finite();
      s.default_real = static_cast<double>(value);
    } else {
      if (type == OptionType::texts || type == OptionType::integers || type == OptionType::reals)
        description_is_wrong_lists_have_no_default_make_them_optional();
      if (type != OptionType::text && type != OptionType::path) description_is_wrong_default_has_another_type();
      s.default_text = value;
      if (!is_one_line(s.default_text)) description_is_wrong_text_is_empty_or_not_one_line_of_utf8();
    }
    return s;
  }

 private:
  static consteval void require_line(std::string_view value) {
    if (value.empty() || !is_one_line(value)) description_is_wrong_text_is_empty_or_not_one_line_of_utf8();
  }
  consteval void check_bound(double value) const {
    const bool integers = type == OptionType::integer || type == OptionType::integers;
    if (!integers && type != OptionType::real && type != OptionType::reals) description_is_wrong_bound_needs_a_number();
    if (!is_finite(value)) description_is_wrong_bound_is_not_finite();
    if (integers && (value > kLargestIntegerBound || value < -kLargestIntegerBound ||
                     value != static_cast<double>(static_cast<std::int64_t>(value))))
      description_is_wrong_bound_of_integers_needs_an_integer();
  }
  consteval OptionSpec with_min(double value, bool excluded) const {
    check_bound(value);
    OptionSpec s = *this;
    s.has_min = true, s.min_excluded = excluded, s.min = value;
    if (s.has_max && s.min > s.max) description_is_wrong_nothing_lies_between_the_bounds();
    return s;
  }
  consteval OptionSpec with_max(double value, bool excluded) const {
    check_bound(value);
    OptionSpec s = *this;
    s.has_max = true, s.max_excluded = excluded, s.max = value;
    if (s.has_min && s.min > s.max) description_is_wrong_nothing_lies_between_the_bounds();
    return s;
  }
  consteval OptionSpec with_presence(Presence value) const {
    if (presence != Presence::undeclared) description_is_wrong_option_needs_only_one_of_required_by_default_optional();
    OptionSpec s = *this;
    s.presence = value;
    return s;
  }
};

consteval OptionSpec option_of(OptionType type) {
  OptionSpec s;
  s.type = type;
  return s;
}
consteval OptionSpec boolean() {
  return option_of(OptionType::boolean);
}
consteval OptionSpec integer() {
  return option_of(OptionType::integer);
}
consteval OptionSpec real() {
  return option_of(OptionType::real);
}
consteval OptionSpec text() {
  return option_of(OptionType::text);
}
consteval OptionSpec path() {
  return option_of(OptionType::path);
}
consteval OptionSpec texts() {
  return option_of(OptionType::texts);
}
consteval OptionSpec integers() {
  return option_of(OptionType::integers);
}
consteval OptionSpec reals() {
  return option_of(OptionType::reals);
}

/// Option names that the core keeps for itself inside a kind's table.
inline constexpr std::array<std::string_view, 4> kCoreOptionsOfOptimizer = {"plugin", "lr", "layer_decay", "groups"};
inline constexpr std::array<std::string_view, 2> kCoreOptionsOfFreezing = {"plugin", "frozen_dropout"};
inline constexpr std::array<std::string_view, 10> kCoreOptionsOfReader = {
    "pad", "sentences", "plugin", "reader", "train", "dev", "test", "split", "max_length", "long"};

/// Does the core keep `name` for itself in the tables of `kind`?
constexpr bool belongs_to_core(Kind kind, std::string_view name) {
  if (kind == Kind::optimizer) {
    for (const auto own : kCoreOptionsOfOptimizer)
      if (own == name) return true;
  } else if (kind == Kind::freezing) {
    for (const auto own : kCoreOptionsOfFreezing)
      if (own == name) return true;
  } else if (kind == Kind::reader) {
    for (const auto own : kCoreOptionsOfReader)
      if (own == name) return true;
  }
  return name == "plugin";
}

/// A component as plain data; `component<T>` below adds its class.
struct ComponentSpec {
  Kind kind = Kind::model;
  std::string_view name, summary;
  std::array<std::string_view, kMostHandled> handled{};
  std::size_t handled_count = 0;
  std::array<OptionSpec, kMostOptions> options{};
  std::size_t option_count = 0;
};

/// Has a model the option `path`, required and of type path, by which saved ones are opened? True of other kinds.
constexpr bool names_its_folder(const ComponentSpec& component) {
  if (component.kind != Kind::model) return true;
  for (std::size_t i = 0; i < component.option_count; ++i) {
    const auto& option = component.options[i];
    const bool fits = option.type == OptionType::path && option.presence == OptionSpec::Presence::required;
    if (option.name == "path") return fits;
  }
  return false;
}

/// Describes class T, whose base class says the kind. Name in kebab-case, summary one sentence.
template <class T>
struct TypedComponentSpec : ComponentSpec {
  using Type = T;

  /// Adds an option. `name` in snake_case; `help` says what it does, in half a sentence without a full stop.
  consteval TypedComponentSpec option(std::string_view option_name, OptionSpec spec, std::string_view help) const {
    TypedComponentSpec c = *this;
    spec.name = option_name;
    spec.help = help;
    c.check_option(spec);
    c.options[c.option_count++] = spec;
    return c;
  }

  /// Says which foreign things the component knows, so that a model folder finds its plugins: of a model the
  /// `model_type` of config.json ("bert"), of a head the end of an architecture's name ("ForTokenClassification").
  consteval TypedComponentSpec handles(std::string_view what) const {
    TypedComponentSpec c = *this;
    if (c.handled_count == c.handled.size()) description_is_wrong_too_many_options_or_choices();
    if (what.empty() || !is_one_line(what)) description_is_wrong_text_is_empty_or_not_one_line_of_utf8();
    c.handled[c.handled_count++] = what;
    return c;
  }

 private:
  consteval void check_option(const OptionSpec& spec) const {
    if (option_count == options.size()) description_is_wrong_too_many_options_or_choices();
    if (spec.help.empty()) description_is_wrong_help_or_summary_is_empty();
    if (!is_one_line(spec.help)) description_is_wrong_text_is_empty_or_not_one_line_of_utf8();
    if (belongs_to_core(kind, spec.name)) description_is_wrong_option_name_belongs_to_the_core();
    for (std::size_t i = 0; i < option_count; ++i)
      if (options[i].name == spec.name) description_is_wrong_option_name_stands_twice();
    check_name(spec.name, '_');
    if (spec.presence == OptionSpec::Presence::undeclared)
      description_is_wrong_option_needs_required_by_default_or_optional();
    if (spec.presence == OptionSpec::Presence::defaulted) check_default(spec);
  }

  static consteval void check_default(const OptionSpec& spec) {
    if (spec.choice_count > 0) {
      bool found = false;
      for (std::size_t i = 0; i < spec.choice_count; ++i) found = found || spec.choices[i] == spec.default_text;
      if (!found) description_is_wrong_default_is_not_among_the_choices();
    }
    const double value =
        spec.type == OptionType::integer ? static_cast<double>(spec.default_integer) : spec.default_real;
    if (spec.has_min && (value < spec.min || (spec.min_excluded && value == spec.min)))
      description_is_wrong_default_is_out_of_range();
    if (spec.has_max && (value > spec.max || (spec.max_excluded && value == spec.max)))
      description_is_wrong_default_is_out_of_range();
  }

 public:
  static consteval void check_name(std::string_view name, char separator) {
    if (name.empty() || name.size() > kLongestName) description_is_wrong_name_is_not_lower_case_with_separators();
    for (const char c : name)
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == separator))
        description_is_wrong_name_is_not_lower_case_with_separators();
  }
};

/// The start of a description; see FTHOST_PLUGIN in <fthost/plugin.h>.
template <class T>
consteval TypedComponentSpec<T> component(std::string_view name, std::string_view summary) {
  static_assert(std::derived_from<T, Component>, "a component derives from the interface of its kind");
  TypedComponentSpec<T> c;
  c.kind = T::kKind;
  c.name = name;
  c.summary = summary;
  TypedComponentSpec<T>::check_name(name, '-');
  if (summary.empty()) description_is_wrong_help_or_summary_is_empty();
  if (!is_one_line(summary)) description_is_wrong_text_is_empty_or_not_one_line_of_utf8();
  return c;
}

}  // namespace fthost
