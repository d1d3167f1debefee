#include "core/plugins/description.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include <fthost/describe.h>
#include <fthost/error.h>
#include <fthost/plugin.h>

#include "core/formats/utf8.h"

namespace fthost {
namespace {

/// The number of an SDK stays the same when a kind or a type is added.
constexpr const char* kNewer = ", of a newer SDK perhaps: update fthost, or build the library against this one";

constexpr OptionSpec::Presence kLastPresence = OptionSpec::Presence::optional;
constexpr OptionType kLastType = OptionType::reals;
constexpr unsigned kMin = 1, kMinExcluded = 2, kMax = 4, kMaxExcluded = 8;

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

bool has_control_character(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto point = utf8::decode(text, at);
    if (point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) return true;
    at += point.length;
  }
  return false;
}

/// Takes values from the front of the bytes. `where` says which part of the description they belong to.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::string where = "the library";

  [[noreturn]] void refuse(const std::string& what) const { throw Error("its description is wrong: " + where + what); }

  std::uint8_t u8(std::string_view what) { return static_cast<std::uint8_t>(little_endian(1, what)); }
  std::uint32_t u32(std::string_view what) { return static_cast<std::uint32_t>(little_endian(4, what)); }
  std::int64_t i64(std::string_view what) { return static_cast<std::int64_t>(little_endian(8, what)); }
  double f64(std::string_view what) { return std::bit_cast<double>(little_endian(8, what)); }

  /// UTF-8 of one line.
  std::string string(std::string_view what) {
    const std::size_t size = u32(what);
    const auto taken = take(size, what);
    std::string text(size, '\0');
    if (size > 0) std::memcpy(text.data(), taken.data(), size);
    if (utf8::first_bad_byte(text) != std::string::npos) refuse(": the " + std::string(what) + " is not UTF-8");
    if (has_control_character(text)) refuse(": the " + std::string(what) + " holds a control character");
    return text;
  }

  /// The number of things that follow.
  std::uint32_t count(std::string_view things, std::size_t most) {
    const auto n = u32(things);
    if (n > most)
      refuse(" has " + std::to_string(n) + " " + std::string(things) + ", at most " + std::to_string(most) +
             " are allowed");
    return n;
  }

  std::vector<std::string> strings(std::string_view things, std::size_t most) {
    std::vector<std::string> all;
    for (auto left = count(things, most); left > 0; --left) {
      auto text = string(things);
      if (text.empty()) refuse(" has an empty string among its " + std::string(things));
      if (std::find(all.begin(), all.end(), text) != all.end())
        refuse(" has " + in_quotes(text) + " twice among its " + std::string(things));
      all.push_back(std::move(text));
    }
    return all;
  }

  void expect_end() const {
    if (at_ < bytes_.size()) refuse(" is followed by " + std::to_string(bytes_.size() - at_) + " bytes too many");
  }

 private:
  std::span<const std::byte> take(std::size_t size, std::string_view what) {
    if (size > bytes_.size() - at_)
      refuse(": it ends at byte " + std::to_string(bytes_.size()) + ", inside the " + std::string(what));
    const auto taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }

  std::uint64_t little_endian(std::size_t size, std::string_view what) {
    const auto taken = take(size, what);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    return value;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

bool is_name(std::string_view name, char separator) {
  return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == separator;
  });
}

bool has_numbers(OptionType type) {
  return type == OptionType::integer || type == OptionType::real || type == OptionType::integers ||
         type == OptionType::reals;
}

bool has_integers(OptionType type) {
  return type == OptionType::integer || type == OptionType::integers;
}

void check_bound(const Cursor& in, OptionType type, double bound) {
  if (!has_numbers(type)) in.refuse(" has a bound, but is no number");
  if (!std::isfinite(bound)) in.refuse(" has a bound that is not finite");
  if (has_integers(type) && (bound != std::trunc(bound) || std::abs(bound) > kLargestIntegerBound))
    in.refuse(" has a bound that is no integer of at most 53 bits");
}

void decode_bounds(Cursor& in, OptionDescription& option) {
  const unsigned flags = in.u8("bounds");
  if (flags > (kMin | kMinExcluded | kMax | kMaxExcluded)) in.refuse(" has bounds of an unknown form");
  const auto min = in.f64("bounds");
  const auto max = in.f64("bounds");
  if ((flags & kMin) != 0) option.min = min;
  if ((flags & kMax) != 0) option.max = max;
  option.min_excluded = (flags & kMinExcluded) != 0;
  option.max_excluded = (flags & kMaxExcluded) != 0;
  if ((option.min_excluded && !option.min) || (option.max_excluded && !option.max))
    in.refuse(" excludes a bound that it has not got");
  if (option.min) check_bound(in, option.type, *option.min);
  if (option.max) check_bound(in, option.type, *option.max);
  if (option.min && option.max && *option.min > *option.max) in.refuse(" has bounds between which nothing lies");
}

/// All four forms of a default stand in the bytes; the type says which one counts.
struct Defaults {
  std::uint8_t boolean = 0;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
};

Defaults decode_defaults(Cursor& in) {
  Defaults defaults;
  defaults.boolean = in.u8("default");
  defaults.integer = in.i64("default");
  defaults.real = in.f64("default");
  defaults.text = in.string("default");
  return defaults;
}

OptionValue default_of_type(const Cursor& in, OptionType type, Defaults&& defaults) {
  switch (type) {
    case OptionType::boolean:
      if (defaults.boolean > 1) in.refuse(" has a default that is neither true nor false");
      return defaults.boolean == 1;
    case OptionType::integer:
      return defaults.integer;
    case OptionType::real:
      if (!std::isfinite(defaults.real)) in.refuse(" has a default that is not finite");
      return defaults.real;
    case OptionType::text:
    case OptionType::path:
      return std::move(defaults.text);
    case OptionType::texts:
    case OptionType::integers:
    case OptionType::reals:
      break;
  }
  in.refuse(" is a list and has a default");
}

bool in_range(const OptionDescription& option, double value) {
  if (option.min && (value < *option.min || (option.min_excluded && value == *option.min))) return false;
  return !(option.max && (value > *option.max || (option.max_excluded && value == *option.max)));
}

void check_default(const Cursor& in, const OptionDescription& option) {
  if (const auto* integer = std::get_if<std::int64_t>(&*option.default_value);
      integer != nullptr && !in_range(option, static_cast<double>(*integer)))
    in.refuse(" has a default that is out of its range");
  if (const auto* real = std::get_if<double>(&*option.default_value); real != nullptr && !in_range(option, *real))
    in.refuse(" has a default that is out of its range");
  if (const auto* text = std::get_if<std::string>(&*option.default_value);
      text != nullptr && !option.choices.empty() &&
      std::find(option.choices.begin(), option.choices.end(), *text) == option.choices.end())
    in.refuse(" has a default that is not among its choices");
}

OptionSpec::Presence decode_presence(Cursor& in) {
  const auto presence = in.u8("presence");
  if (presence == 0 || presence > static_cast<std::uint8_t>(kLastPresence))
    in.refuse(" is neither required nor optional nor has it a default");
  return static_cast<OptionSpec::Presence>(presence);
}

OptionDescription decode_option(Cursor& in, const ComponentDescription& component) {
  const auto of_component = " of " + title(component);
  OptionDescription option;
  option.name = in.string("name of an option");
  in.where = "option " + in_quotes(option.name) + of_component;
  if (!is_name(option.name, '_')) in.refuse(" has a name that is not lower case letters, digits and '_'");
  if (belongs_to_core(component.kind, option.name)) in.refuse(" has a name that the core keeps for itself");
  for (const auto& other : component.options)
    if (other.name == option.name) in.refuse(" stands twice");
  const auto type = in.u8("type");
  if (type > static_cast<std::uint8_t>(kLastType)) in.refuse(" has the unknown type " + std::to_string(type) + kNewer);
  option.type = static_cast<OptionType>(type);
  const auto presence = decode_presence(in);
  option.required = presence == OptionSpec::Presence::required;
  decode_bounds(in, option);
  auto defaults = decode_defaults(in);
  option.choices = in.strings("choices", kMostChoices);
  if (!option.choices.empty() && option.type != OptionType::text) in.refuse(" has choices, but is no text");
  if (presence == OptionSpec::Presence::defaulted) {
    option.default_value = default_of_type(in, option.type, std::move(defaults));
    check_default(in, option);
  }
  option.unit = in.string("unit");
  option.help = in.string("help");
  if (option.help.empty()) in.refuse(" has no help");
  return option;
}

/// The host opens a saved model by this option.
void check_folder(const Cursor& in, const ComponentDescription& component) {
  const auto is_folder = [](const OptionDescription& option) {
    return option.name == "path" && option.type == OptionType::path && option.required;
  };
  if (component.kind == Kind::model && std::none_of(component.options.begin(), component.options.end(), is_folder))
    in.refuse(" has no required option 'path' of type path, by which a saved model is opened");
}

ComponentDescription decode_component(Cursor& in) {
  ComponentDescription component;
  const auto kind = in.u8("kind");
  if (kind >= kKindNames.size()) in.refuse(" is of the unknown kind " + std::to_string(kind) + kNewer);
  component.kind = static_cast<Kind>(kind);
  component.name = in.string("name of a component");
  const auto where = title(component);
  in.where = where;
  if (!is_name(component.name, '-')) in.refuse(" has a name that is not lower case letters, digits and '-'");
  component.summary = in.string("summary");
  if (component.summary.empty()) in.refuse(" has no summary");
  component.handles = in.strings("things that it handles", kMostHandled);
  for (auto left = in.count("options", kMostOptions); left > 0; --left) {
    component.options.push_back(decode_option(in, component));
    in.where = where;
  }
  check_folder(in, component);
  return component;
}

Fingerprint decode_start(Cursor& in) {
  const auto layout = in.u32("layout");
  if (layout != description::kLayout)
    throw Error("its description has the layout " + std::to_string(layout) + ", this fthost reads layout " +
                std::to_string(description::kLayout) + ": rebuild it with the SDK of this fthost");
  Fingerprint fingerprint;
  fingerprint.sdk = in.u32("SDK version");
  fingerprint.cxx_abi = in.string("C++ ABI");
  fingerprint.libtorch = in.string("LibTorch version");
  fingerprint.cuda = in.string("CUDA version");
  return fingerprint;
}

}  // namespace

Fingerprint decode_fingerprint(std::span<const std::byte> descriptor) {
  Cursor in(descriptor);
  return decode_start(in);
}

LibraryDescription decode_description(std::span<const std::byte> descriptor) {
  Cursor in(descriptor);
  LibraryDescription library;
  library.fingerprint = decode_start(in);
  const auto count = in.count("components", kMostComponents);
  if (count == 0) in.refuse(" has no components");
  for (std::uint32_t i = 0; i < count; ++i) {
    in.where = "component " + std::to_string(i + 1);
    auto component = decode_component(in);
    for (const auto& other : library.components)
      if (other.kind == component.kind && other.name == component.name) in.refuse(" stands twice in the library");
    library.components.push_back(std::move(component));
  }
  in.expect_end();
  return library;
}

std::string title(Kind kind, std::string_view name) {
  return std::string(kind_name(kind)) + " '" + std::string(name) + "'";
}

std::string title(const ComponentDescription& component) {
  return title(component.kind, component.name);
}

}  // namespace fthost
