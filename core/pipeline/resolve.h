#pragma once

/// The checked pipeline as TOML again.

#include <string>
#include <string_view>
#include <vector>

#include "core/plugins/description.h"

#include "core/pipeline/check_table.h"

namespace fthost {

/// Writes tables as lines of `key = value`, with a blank line between tables.
class ResolvedText {
 public:
  /// "[run]" or "[[sinks]]".
  void header(std::string_view text);
  void value(std::string_view key, const OptionValue& value);
  /// Those of `declared` that have a value, in the order of their declaration.
  void values(const std::vector<OptionDescription>& declared, const OptionValues& values);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace fthost
