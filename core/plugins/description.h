#pragma once

/// What a library says about itself, read from its file; and the same form for the tables that are the core's own.

#include <fthost/component.h>
#include <fthost/options.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/toml.h"

namespace fthost {

/// One option, as declared through <fthost/describe.h>.
struct OptionDescription {
  std::string name;
  OptionType type = OptionType::boolean;
  bool required = false;
  std::optional<OptionValue> default_value;  ///< None: required or optional.
  std::optional<double> min, max;
  bool min_excluded = false, max_excluded = false;
  std::vector<std::string> choices;
  std::string unit;
  std::string help;
};

struct ComponentDescription {
  Kind kind = Kind::model;
  std::string name;
  std::string summary;
  std::vector<std::string> handles;
  std::vector<OptionDescription> options;
};

/// What must agree between a library and its host. Empty LibTorch or CUDA: the library does not use it.
struct Fingerprint {
  std::uint32_t sdk = 0;
  std::string cxx_abi;
  std::string libtorch;
  std::string cuda;

  bool operator==(const Fingerprint&) const = default;
};

struct LibraryDescription {
  Fingerprint fingerprint;
  std::vector<ComponentDescription> components;
};

/// What messages call a component: "freezing 'last-n-layers'".
std::string title(Kind kind, std::string_view name);
std::string title(const ComponentDescription& component);

/// Decodes the descriptor of an ELF note (layout: <fthost/plugin.h>). Every size is checked against what is there, and
/// every name, type and default as strictly as the compiler checks them. Throws fthost::Error that says what is wrong.
LibraryDescription decode_description(std::span<const std::byte> descriptor);

/// Its start only, so that a library made for another SDK can be told so before the rest is judged by the rules of this
/// one.
Fingerprint decode_fingerprint(std::span<const std::byte> descriptor);

/// "layers: integer, 0 or more; layers that learn, counted from the top".
std::string help_line(const OptionDescription& option);

/// The part between: "integer, 0 or more, default 3", "\"window\" or \"truncate\", default \"window\"".
std::string type_and_range(const OptionDescription& option);

/// The bounds of a number: "0 or more", "above 0, at most 1", "0 to 1"; empty without any.
std::string range_text(const OptionDescription& option);

/// The choices of a text: "\"window\" or \"truncate\"".
std::string choices_text(const OptionDescription& option);

/// A value as TOML writes it.
std::string toml_value(const OptionValue& value);

/// What a file holds, as TOML writes it on one line; "a date" of what no option takes.
std::string written_value(const TomlValue& value);

}  // namespace fthost
